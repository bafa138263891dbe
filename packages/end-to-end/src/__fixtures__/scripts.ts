import type { Script } from '@weir/testkit/simulators';

/** Outside of ASCII, and outside of what one UTF-16 unit holds. */
export const GREETING = 'Grüße aus 世界 🌍!';

const says = (steps: Script['steps']): Script => ({
  steps,
  finish: 'done',
  usage: { input: 31, cached: 0, output: 12, reasoning: 0 },
});

export const GREETS: Script = says([{ kind: 'text', pieces: ['Grüße ', 'aus 世', '界 🌍', '!'] }]);

/** Two calls at once; with their results it answers in words. */
export const LOOKS_UP: Script = says([
  {
    kind: 'calls',
    interleaved: true,
    calls: [
      { id: 'Zuerich01', name: 'weather', pieces: ['{"city"', ':"Zürich"}'] },
      { id: 'Tokyo0002', name: 'weather', pieces: ['{"city":', '"東京"}'] },
    ],
  },
]);
export const REPORTS: Script = says([{ kind: 'text', pieces: ['Clear', ' in both.'] }]);

export const COLOUR = { name: 'Rot 🔴', red: 255 };
export const COLOURS: Script = says([{ kind: 'output', pieces: ['{"name":"Rot 🔴"', ',"red":255}'] }]);

/** The tool's answer for every city, and the cities that it was asked for. */
export function weatherReport() {
  const cities: string[] = [];
  return {
    cities,
    report(city: string): string {
      cities.push(city);
      return `clear in ${city}`;
    },
  };
}

/** The keys that the operator has: any, the simulated providers only want one. */
export const OPERATOR_KEYS = Object.fromEntries(
  ['OPENAI', 'ANTHROPIC', 'GEMINI', 'AWS_BEARER_TOKEN_BEDROCK', 'COHERE', 'GROQ', 'MISTRAL'].map((name) => [
    name.includes('TOKEN') ? name : `${name}_API_KEY`,
    'sk-operator',
  ]),
);
