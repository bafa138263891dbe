import type { Problem, ProblemKind, Script, Unsayable } from '../simulators/index.ts';
import type { Ask, AskTool, JsonSchema } from './ask.ts';
import type { Mode } from './clients/client.ts';

/** One line of the table: what is asked, what the model does, and what the client must then have. */
export interface Feature {
  readonly name: string;
  readonly ask: Ask;
  readonly script: Script;
  /** Asks for thoughts, so the target's model that thinks is taken. */
  readonly needsReasoning?: boolean;
  /** What the request needs of the provider. */
  readonly needs?: Need;
  /** What a format must be able to say for the answer to hold it. */
  readonly says?: Unsayable;
  /** The tokens are compared too. */
  readonly countsTokens?: boolean;
  /** The client answers the calls and asks again; this is the second answer. */
  readonly secondScript?: Script;
  /** The client leaves after the first words. */
  readonly leaves?: boolean;
  /** Why a mode does not apply. */
  readonly notIn?: Readonly<Partial<Record<Mode, string>>>;
}

export type Need = 'tools' | 'images' | 'forced-tool' | 'structured-output';

const object = (properties: JsonSchema['properties']): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const WEATHER: AskTool = {
  name: 'get_weather',
  description: 'The weather of a city',
  schema: object({ city: { type: 'string' }, days: { type: 'integer' } }),
};
const CLOCK: AskTool = { name: 'now', description: 'The time', schema: object({}) };

const prompt = (text: string): Ask['turns'] => [{ role: 'user', parts: [{ kind: 'text', text }] }];

const simple: Ask = { turns: prompt('Greet the world.'), maxTokens: 2000 };
const withTools: Ask = { ...simple, turns: prompt('How is the weather in Zürich?'), tools: [WEATHER, CLOCK] };

/** Outside of ASCII, and outside of what one UTF-16 unit holds. */
const WORDS = ['Grüße', ' aus ', '世界 ', '🌍', '!'];

const answers = (...steps: Script['steps']): Script => ({
  steps,
  finish: 'done',
  usage: { input: 42, cached: 0, output: 17, reasoning: 0 },
});

const text = (...pieces: readonly string[]) => ({ kind: 'text', pieces }) as const;
const call = (id: string, name: string, ...pieces: readonly string[]) => ({ id, name, pieces });

/** What a thought is signed with. */
const SIGNATURE = 'c2lnbmVkIGJ5IHRoZSBzaW11bGF0b3I=';

const WEATHER_CALL = call('A1b2C3d4E', 'get_weather', '{"city"', ':"Zür', 'ich","days":2', '}');
const CLOCK_CALL = call('F5g6H7i8J', 'now');

const failing = (kind: ProblemKind, message: string): Problem => ({ kind, message });

/** A problem that the provider tells in place of an answer. */
const refused = (status: number, kind: ProblemKind, message: string): Feature => ({
  name: `error ${status}`,
  ask: simple,
  script: { ...answers(), failure: { at: 'start', problem: failing(kind, message) } },
});

/** The red dot of one pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const COLOUR = object({ name: { type: 'string' }, red: { type: 'integer' } });

/** The list, in its order; four more at the end that go with it. */
export const FEATURES: readonly Feature[] = [
  { name: 'text', ask: simple, script: answers(text(...WORDS)) },
  {
    name: 'system',
    ask: { ...simple, system: 'You speak German.' },
    script: answers(text(...WORDS)),
  },
  {
    name: 'multi-turn',
    ask: {
      ...simple,
      system: 'You are terse.',
      turns: [
        ...prompt('My name is Ada.'),
        { role: 'assistant', text: 'Noted: “Ada”.' },
        ...prompt('What is my name?'),
      ],
    },
    script: answers(text('Ada', '.')),
  },
  {
    name: 'tools',
    ask: withTools,
    needs: 'tools',
    script: answers({ kind: 'calls', calls: [WEATHER_CALL], interleaved: false }),
  },
  {
    name: 'parallel tools',
    ask: withTools,
    needs: 'tools',
    script: answers(text('Let me', ' look.'), {
      kind: 'calls',
      calls: [WEATHER_CALL, call('K9l0M1n2O', 'get_weather', '{"city":"', '東京"', ',"days":1}')],
      interleaved: true,
    }),
  },
  {
    name: 'tool result',
    ask: {
      ...withTools,
      turns: [
        ...withTools.turns,
        {
          role: 'assistant',
          text: 'Let me look.',
          // As some models name theirs, and as others refuse them: a conversation may have begun at another provider.
          calls: [
            { id: 'functions.get_weather:0', name: 'get_weather', input: { city: 'Zürich', days: 2 } },
            { id: 'functions.now:1', name: 'now', input: {} },
          ],
        },
        {
          role: 'user',
          parts: [
            { kind: 'result', id: 'functions.get_weather:0', text: '{"sky":"clear"}' },
            { kind: 'result', id: 'functions.now:1', text: 'noon' },
          ],
        },
      ],
    },
    needs: 'tools',
    script: answers(text('Clear', ' at noon.')),
  },
  {
    name: 'forced tool',
    ask: { ...withTools, toolChoice: { kind: 'tool', name: 'get_weather' } },
    needs: 'forced-tool',
    script: answers({ kind: 'calls', calls: [WEATHER_CALL], interleaved: false }),
  },
  {
    name: 'structured output',
    ask: { ...simple, output: { name: 'colour', schema: COLOUR } },
    needs: 'structured-output',
    script: answers({ kind: 'output', pieces: ['{"name":', '"Rot 🔴"', ',"red":255', '}'] }),
  },
  {
    name: 'image in',
    ask: {
      ...simple,
      turns: [
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'What is this?' },
            { kind: 'image', mediaType: 'image/png', base64: PNG },
          ],
        },
      ],
    },
    needs: 'images',
    script: answers(text('A dot', '.')),
  },
  {
    name: 'reasoning',
    ask: { ...simple, thinks: true },
    needsReasoning: true,
    says: 'reasoning',
    script: {
      ...answers(
        { kind: 'reasoning', pieces: ['The user ', 'greets 🌍.'], proof: SIGNATURE },
        text('Hel', 'lo.'),
      ),
      usage: { input: 42, cached: 0, output: 57, reasoning: 40 },
    },
  },
  {
    name: 'refusal',
    ask: simple,
    says: 'refusal',
    script: { ...answers({ kind: 'refusal', pieces: ['I cannot ', 'help with that.'] }), finish: 'refused' },
  },
  {
    name: 'length stop',
    ask: { ...simple, maxTokens: 64 },
    script: { ...answers(text('This is cut o')), finish: 'length' },
  },
  {
    name: 'content filter',
    ask: simple,
    says: 'blocked',
    script: { ...answers(text('This was bl')), finish: 'blocked' },
  },
  {
    name: 'usage',
    ask: simple,
    countsTokens: true,
    script: answers(text(...WORDS)),
  },
  {
    name: 'cached tokens',
    ask: simple,
    countsTokens: true,
    says: 'cached',
    script: { ...answers(text(...WORDS)), usage: { input: 1342, cached: 1280, output: 17, reasoning: 0 } },
  },
  refused(400, 'bad-request', 'The simulated provider does not take this.'),
  refused(401, 'authentication', 'The simulated key is not valid.'),
  refused(429, 'rate-limit', 'The simulated limit is reached.'),
  refused(500, 'server', 'The simulated provider has a fault.'),
  refused(529, 'overloaded', 'The simulated provider is overloaded.'),
  {
    name: 'error mid-stream',
    ask: simple,
    script: {
      ...answers(text('So far', ' so good')),
      failure: { at: 'middle', problem: failing('overloaded', 'The simulated provider gave up.') },
    },
    notIn: { whole: 'a whole answer has no middle' },
  },
  {
    name: 'abort',
    ask: simple,
    script: { ...answers(text('So far', ' so good'), text('.')), pauses: true },
    leaves: true,
    notIn: { whole: 'a client that waits for a whole answer has nothing to leave in the middle of' },
  },
  {
    name: 'call without arguments',
    ask: withTools,
    needs: 'tools',
    script: answers({ kind: 'calls', calls: [CLOCK_CALL], interleaved: false }),
  },
  {
    name: 'reasoning tokens',
    ask: { ...simple, thinks: true },
    needsReasoning: true,
    countsTokens: true,
    says: 'reasoning-count',
    script: {
      ...answers({ kind: 'reasoning', pieces: ['Well…'], proof: SIGNATURE }, text('Hello.')),
      usage: { input: 42, cached: 0, output: 57, reasoning: 40 },
    },
  },
  {
    name: 'thoughts sent back',
    ask: { ...withTools, thinks: true },
    needsReasoning: true,
    needs: 'tools',
    says: 'reasoning',
    script: answers(
      { kind: 'reasoning', pieces: ['I need ', 'the weather.'], proof: SIGNATURE },
      { kind: 'calls', calls: [WEATHER_CALL, CLOCK_CALL], interleaved: false },
    ),
    secondScript: answers(text('Clear', '.')),
  },
  {
    name: 'cut connection',
    ask: simple,
    script: { ...answers(text('So far', ' so good')), failure: { at: 'cut' } },
  },
];
