import { describe, expect, test } from '@jest/globals';
import { isRefusal, Refusal } from '../errors/refusal.ts';
import { headerMap } from '../http/header-map.ts';
import { parseBaseUrls } from './base-urls.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from './native-target.ts';
import { findProvider, PROVIDERS } from './registry.ts';

const NONE = parseBaseUrls('{}');

function target(slug: string, path: string, headers: ReadonlyArray<[string, string]> = [], overrides = NONE) {
  const provider = findProvider(slug);
  if (!provider) throw new Error(`no provider ${slug}`);
  return nativeTarget(provider, { path, headers: headerMap(headers) }, overrides);
}

function url(slug: string, path: string, overrides = NONE): string {
  const found = target(slug, path, [], overrides);
  return found instanceof Refusal ? `refused: ${found.name}` : found.url;
}

describe('every provider maps its paths to its own URLs, in both spellings', () => {
  test.each([
    ['openai', 'chat/completions', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'v1/chat/completions', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'responses', 'https://api.openai.com/v1/responses'],
    ['openai', 'v1', 'https://api.openai.com/v1'],
    ['OpenAI', 'models/gpt-4o%2Fx', 'https://api.openai.com/v1/models/gpt-4o%2Fx'],
    ['anthropic', 'v1/messages', 'https://api.anthropic.com/v1/messages'],
    [
      'google-ai-studio',
      'v1beta/models/gemini-2.5-pro:generateContent',
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent',
    ],
    [
      'google',
      'v1/models/m:embedContent',
      'https://generativelanguage.googleapis.com/v1/models/m:embedContent',
    ],
    [
      'google-vertex-ai',
      'v1/projects/p/locations/us-central1/publishers/google/models/g:generateContent',
      'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/g:generateContent',
    ],
    [
      'google-vertex-ai',
      'v1beta1/projects/p/locations/global/publishers/anthropic/models/c:streamRawPredict',
      'https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/publishers/anthropic/models/c:streamRawPredict',
    ],
    [
      'google-vertex-ai',
      'v1/publishers/google/models/g:generateContent',
      'https://aiplatform.googleapis.com/v1/publishers/google/models/g:generateContent',
    ],
    [
      'aws-bedrock',
      'bedrock-runtime/us-east-1/model/anthropic.claude-v1%3A0/invoke',
      'https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v1%3A0/invoke',
    ],
    [
      'aws-bedrock',
      'bedrock-mantle/us-gov-west-1/anthropic/v1/messages',
      'https://bedrock-mantle.us-gov-west-1.api.aws/anthropic/v1/messages',
    ],
    [
      'azure-openai',
      'my-res/gpt-4o/chat/completions',
      'https://my-res.openai.azure.com/openai/deployments/gpt-4o/chat/completions',
    ],
    ['azure-openai', 'res/openai/v1/responses', 'https://res.openai.azure.com/openai/v1/responses'],
    ['grok', 'v1/messages', 'https://api.x.ai/v1/messages'],
    ['xai', 'chat/completions', 'https://api.x.ai/v1/chat/completions'],
    ['groq', 'chat/completions', 'https://api.groq.com/openai/v1/chat/completions'],
    ['groq', 'v1/chat/completions', 'https://api.groq.com/openai/v1/chat/completions'],
    ['groq', 'openai/v1/chat/completions', 'https://api.groq.com/openai/v1/chat/completions'],
    ['mistral', 'v1/chat/completions', 'https://api.mistral.ai/v1/chat/completions'],
    ['cohere', 'chat', 'https://api.cohere.com/v1/chat'],
    ['cohere', 'v1/chat', 'https://api.cohere.com/v1/chat'],
    ['cohere', 'v2/chat', 'https://api.cohere.com/v2/chat'],
    ['deepseek', 'chat/completions', 'https://api.deepseek.com/chat/completions'],
    ['deepseek', 'anthropic/v1/messages', 'https://api.deepseek.com/anthropic/v1/messages'],
    ['cerebras', 'chat/completions', 'https://api.cerebras.ai/v1/chat/completions'],
    ['cerebras', 'v1/chat/completions', 'https://api.cerebras.ai/v1/chat/completions'],
    ['perplexity-ai', 'chat/completions', 'https://api.perplexity.ai/chat/completions'],
    ['openrouter', 'chat/completions', 'https://openrouter.ai/api/v1/chat/completions'],
    ['openrouter', 'v1/chat/completions', 'https://openrouter.ai/api/v1/chat/completions'],
    ['openrouter', 'api/v1/chat/completions', 'https://openrouter.ai/api/v1/chat/completions'],
    ['together', 'v1/chat/completions', 'https://api.together.xyz/v1/chat/completions'],
    ['fireworks', 'inference/v1/embeddings', 'https://api.fireworks.ai/inference/v1/embeddings'],
    ['fireworks', 'v1/embeddings', 'https://api.fireworks.ai/inference/v1/embeddings'],
    ['baseten', 'v1/chat/completions', 'https://inference.baseten.co/v1/chat/completions'],
    ['baseten', 'model/abc123', 'https://model-abc123.api.baseten.co/production/predict'],
    [
      'baseten',
      'model/abc123/environments/production/sync/v1/chat/completions',
      'https://model-abc123.api.baseten.co/environments/production/sync/v1/chat/completions',
    ],
    ['parallel', 'v1/tasks/runs', 'https://api.parallel.ai/v1/tasks/runs'],
    ['parallel', 'v1beta/search', 'https://api.parallel.ai/v1beta/search'],
    [
      'huggingface',
      'bigcode/starcoder',
      'https://router.huggingface.co/hf-inference/models/bigcode/starcoder',
    ],
    ['huggingface', 'models/gpt2', 'https://router.huggingface.co/hf-inference/models/gpt2'],
    ['huggingface', 'v1/chat/completions', 'https://router.huggingface.co/v1/chat/completions'],
    ['replicate', 'predictions', 'https://api.replicate.com/v1/predictions'],
    ['replicate', 'v1/predictions/abc', 'https://api.replicate.com/v1/predictions/abc'],
    ['fal', 'fal-ai/fast-sdxl', 'https://fal.run/fal-ai/fast-sdxl'],
    ['ideogram', 'generate', 'https://api.ideogram.ai/generate'],
    ['cartesia', 'tts/bytes', 'https://api.cartesia.ai/tts/bytes'],
    ['cartesia', 'v1/tts/bytes', 'https://api.cartesia.ai/tts/bytes'],
    ['deepgram', 'v1/listen', 'https://api.deepgram.com/v1/listen'],
    ['elevenlabs', 'v1/text-to-speech/voice', 'https://api.elevenlabs.io/v1/text-to-speech/voice'],
  ])('%s: %s → %s', (slug, path, expected) => {
    expect(url(slug, path)).toBe(expected);
  });

  test('a path that only looks like the base’s version keeps it', () => {
    expect(url('openai', 'v1beta/models')).toBe('https://api.openai.com/v1/v1beta/models');
    expect(url('openai', 'v10/models')).toBe('https://api.openai.com/v1/v10/models');
  });
});

describe('a provider without a public address', () => {
  test.each(['demo', 'workers-ai'])('%s is refused until the operator sets its base URL', (slug) => {
    expect(url(slug, 'v1/chat/completions')).toBe('refused: unknownProvider');
  });

  const account = parseBaseUrls(
    '{"workers-ai":"https://api.cloudflare.com/client/v4/accounts/abc/ai/","demo":"http://127.0.0.1:9/v1"}',
  );
  const ai = 'https://api.cloudflare.com/client/v4/accounts/abc/ai';
  test.each([
    ['@cf/meta/llama', `${ai}/run/@cf/meta/llama`],
    ['run/@cf/meta/llama', `${ai}/run/@cf/meta/llama`],
    ['@cf%2Fmeta%2Fllama', `${ai}/run/@cf/meta/llama`],
    ['%40cf%2fmeta%2fllama', `${ai}/run/@cf/meta/llama`],
    ['v1/chat/completions', `${ai}/v1/chat/completions`],
    ['v1/embeddings', `${ai}/v1/embeddings`],
    ['ai/run/@cf/meta/llama', `${ai}/run/@cf/meta/llama`],
  ])('workers-ai takes %s', (path, expected) => {
    expect(url('workers-ai', path, account)).toBe(expected);
  });
});

describe('an operator’s base URL replaces scheme, host and base path', () => {
  const all = parseBaseUrls(
    JSON.stringify(Object.fromEntries(PROVIDERS.map(({ slug }) => [slug, 'http://127.0.0.1:9999/up']))),
  );
  test.each([
    ['openai', 'v1/models', 'http://127.0.0.1:9999/up/v1/models'],
    [
      'azure-openai',
      'res/dep/chat/completions',
      'http://127.0.0.1:9999/up/openai/deployments/dep/chat/completions',
    ],
    [
      'aws-bedrock',
      'bedrock-runtime/eu-west-1/model/m/converse',
      'http://127.0.0.1:9999/up/model/m/converse',
    ],
    [
      'google-vertex-ai',
      'v1/projects/p/locations/global/publishers/google/models/g:x',
      'http://127.0.0.1:9999/up/v1/projects/p/locations/global/publishers/google/models/g:x',
    ],
    ['baseten', 'model/abc', 'http://127.0.0.1:9999/up/production/predict'],
    ['huggingface', 'v1/chat/completions', 'http://127.0.0.1:9999/up/v1/chat/completions'],
    ['cohere', 'v2/chat', 'http://127.0.0.1:9999/up/v2/chat'],
  ])('%s: %s → %s', (slug, path, expected) => {
    expect(url(slug, path, all)).toBe(expected);
  });

  test('host-forming segments are checked although the override does not use them', () => {
    expect(url('azure-openai', 'a.b/dep/x', all)).toBe('refused: invalidRequest');
    expect(url('aws-bedrock', 'bedrock-runtime/nowhere/x', all)).toBe('refused: invalidRequest');
    expect(url('baseten', 'model/a.b', all)).toBe('refused: invalidRequest');
  });

  test('an override may keep the placeholder of a host-forming segment', () => {
    const proxied = parseBaseUrls('{"azure-openai":"https://{resource}.azure.internal"}');
    expect(url('azure-openai', 'res/dep/x', proxied)).toBe(
      'https://res.azure.internal/openai/deployments/dep/x',
    );
  });

  test.each([
    '[]',
    'null',
    '{"nobody":"https://x"}',
    '{"openai":7}',
    '{"openai":"ftp://x"}',
    '{"openai":"https://u:p@x"}',
    '{"openai":"https://x?y"}',
    '{"openai":"x"}',
  ])('the operator is told of the mistake in %s', (text) => {
    expect(() => parseBaseUrls(text)).toThrow(/provider base URLs|base URL of/);
  });
});

describe('nothing in a path can choose another host', () => {
  const hostile = [
    'evil.com',
    'evil.com%2F',
    'a%2Eb',
    'a@b',
    'a:b',
    'a%00b',
    'ü',
    'a b',
    'a\\b',
    '-a',
    'a-',
    '.',
    '..',
    '%2e%2e',
    '',
    'a'.repeat(64),
    'xn--e1afmkfd.evil',
    'a#b',
    'a?b',
  ];
  test.each(hostile)('Azure resource %j', (name) => {
    expect(url('azure-openai', `${name}/dep/chat/completions`)).toBe('refused: invalidRequest');
  });
  test.each([...hostile, 'us-east', 'us-east-1.evil.com', 'us_east-1', 'US-EAST-1', '1'])(
    'Bedrock region %j',
    (name) => {
      expect(url('aws-bedrock', `bedrock-runtime/${name}/model/x/invoke`)).toBe('refused: invalidRequest');
    },
  );
  test.each([...hostile, 's3', 'bedrock-runtime.evil', 'BEDROCK-RUNTIME'])('Bedrock service %j', (name) => {
    expect(url('aws-bedrock', `${name}/us-east-1/x`)).toBe('refused: invalidRequest');
  });
  test.each([...hostile, 'us-central1.evil.com', 'us'])('Vertex region %j', (name) => {
    expect(url('google-vertex-ai', `v1/projects/p/locations/${name}/publishers/g/models/m:x`)).toBe(
      'refused: invalidRequest',
    );
  });
  test.each(hostile)('Baseten model id %j', (name) => {
    expect(url('baseten', `model/${name}`)).toBe('refused: invalidRequest');
  });
  test('every accepted path stays on the provider’s host', () => {
    for (const provider of PROVIDERS) {
      if (provider.baseUrl === null || provider.baseUrl.includes('{')) continue;
      for (const path of [
        '@evil.com/x',
        ':80@evil.com',
        '//evil.com/x',
        '\\\\evil.com',
        'http://evil.com/x',
        '?@evil.com',
        '#x',
      ]) {
        const found = target(provider.slug, path);
        if (isRefusal(found)) continue;
        expect([provider.slug, path, new URL(found.url).origin]).toEqual([
          provider.slug,
          path,
          new URL(provider.baseUrl).origin,
        ]);
      }
    }
  });
});

describe('a path cannot climb out of the base path', () => {
  test.each([
    '../admin',
    'a/../../admin',
    'a/..',
    './a',
    '%2e%2e/a',
    '%2E./a',
    'a/.%2e/b',
    '..%2fadmin',
    '..%5cadmin',
    '..\\admin',
    '%252e%252e/a',
    '..;x/a',
    'a%2f..%2fb',
    '%25%32%65%25%32%65/a',
  ])('%s is refused', (path) => {
    expect(url('openai', path)).toBe('refused: invalidRequest');
    expect(url('workers-ai', path, parseBaseUrls('{"workers-ai":"https://x/accounts/a/ai"}'))).toBe(
      'refused: invalidRequest',
    );
  });
  test.each(['a\nb', 'a%0d%0ab', 'a%00'])('control characters are refused: %j', (path) => {
    expect(url('openai', path)).toBe('refused: invalidRequest');
  });
  test('dots inside a name are no climb', () => {
    expect(url('openai', 'files/a..b/...')).toBe('https://api.openai.com/v1/files/a..b/...');
  });
  test('what a URL cannot hold is percent-encoded, and existing encoding is left alone', () => {
    expect(url('openai', 'files/a b"ü%20%zz')).toBe('https://api.openai.com/v1/files/a%20b%22%C3%BC%20%zz');
    expect(url('openai', 'files/a?b#c')).toBe('https://api.openai.com/v1/files/a%3Fb%23c');
  });
});

describe('Fal’s target header', () => {
  const fal = (value: string, overrides = NONE) =>
    target('fal', 'anything', [['x-fal-target-url', value]], overrides);

  test('replaces the whole upstream URL and does not go on', () => {
    const found = fal('https://queue.fal.run/fal-ai/flux/requests/1/status?logs=1');
    if (isRefusal(found)) throw new Error(found.message);
    expect(upstreamUrl(found, 'callers=own')).toBe(
      'https://queue.fal.run/fal-ai/flux/requests/1/status?logs=1',
    );
    expect(
      targetHeaders(
        found,
        headerMap([
          ['x-fal-target-url', 'x'],
          ['a', 'b'],
        ]),
      ),
    ).toEqual(new Map([['a', ['b']]]));
  });

  test.each(['https://fal.run/x', 'https://rest.alpha.fal.ai/x', 'https://FAL.run/x'])(
    '%s is Fal',
    (value) => {
      expect(isRefusal(fal(value))).toBe(false);
    },
  );

  test.each([
    'http://fal.run/x',
    'https://fal.run.evil.com/x',
    'https://evilfal.run/x',
    'https://fal.run:8443/x',
    'https://u:p@fal.run/x',
    'https://evil.com/fal.run',
    'https://evil.com#fal.run',
    'https://fal.run@evil.com/',
    '//fal.run/x',
    'fal.run',
    '',
    'https://127.0.0.1/',
    'https://fal.run./x',
  ])('%s is refused', (value) => {
    expect(isRefusal(fal(value))).toBe(true);
  });

  test('goes to the operator’s base URL where there is one', () => {
    expect(fal('https://queue.fal.run/a?b', parseBaseUrls('{"fal":"http://127.0.0.1:1"}'))).toMatchObject({
      url: 'http://127.0.0.1:1/a',
      query: 'b',
    });
    expect(isRefusal(fal('https://evil.com/a', parseBaseUrls('{"fal":"http://127.0.0.1:1"}')))).toBe(true);
  });
});

describe('Bedrock', () => {
  const path = 'bedrock-mantle/us-east-1/anthropic/v1/messages';

  test('an API key for the Anthropic surface goes where Anthropic takes it', () => {
    const headers = [['authorization', 'Bearer key']] as const;
    const found = target('aws-bedrock', path, [...headers.map(([a, b]): [string, string] => [a, b])]);
    if (isRefusal(found)) throw new Error(found.message);
    expect(targetHeaders(found, headerMap(headers))).toEqual(new Map([['x-api-key', ['key']]]));
  });

  test('a caller’s signature is left untouched', () => {
    const found = target('aws-bedrock', path, [['authorization', 'AWS4-HMAC-SHA256 Credential=AKIA/…']]);
    expect(found).toEqual({ url: 'https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages' });
  });

  test('the runtime’s API key stays a bearer', () => {
    expect(
      target('aws-bedrock', 'bedrock-runtime/us-east-1/model/m/converse', [['authorization', 'Bearer k']]),
    ).toEqual({
      url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse',
    });
  });

  test('the caller’s query follows the target', () => {
    expect(upstreamUrl({ url: 'https://x/y' }, 'api-version=1&a=%2F')).toBe(
      'https://x/y?api-version=1&a=%2F',
    );
    expect(upstreamUrl({ url: 'https://x/y' }, '')).toBe('https://x/y');
  });
});
