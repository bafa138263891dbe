import { describe, expect, test } from '@jest/globals';
import { isRefusal, Refusal } from '../errors/refusal.ts';
import { headerMap } from '../http/header-map.ts';
import { Secret } from '../secret.ts';
import { parseBaseUrls } from './base-urls.ts';
import { credentialSlots, putCredential, withoutCredentialQuery } from './credentials.ts';
import { findProvider, findProviderByModelPrefix, PROVIDERS } from './registry.ts';
import { isProduced, needsUsageAsked, readPath } from './request-path.ts';
import { servedTarget, splitModel } from './unified-target.ts';

const NONE = parseBaseUrls('{}');

/** The chat endpoint of a provider; null where it is translated. */
function chatUrl(slug: string, baseUrls = NONE, model = 'm') {
  const target = servedTarget({ provider: provider(slug), model }, 'openai-chat', baseUrls);
  return target === null || isRefusal(target) ? target : target.url;
}

function provider(slug: string) {
  const found = findProvider(slug);
  if (!found) throw new Error(`no provider ${slug}`);
  return found;
}

describe('the registry', () => {
  test.each([
    ['path', (it: (typeof PROVIDERS)[number]) => [it.slug, ...it.aliases]],
    ['model', (it: (typeof PROVIDERS)[number]) => new Set([it.slug, ...it.compatPrefixes, ...it.authors])],
  ])('gives no %s name to two providers', (_, names) => {
    const all = PROVIDERS.flatMap((it) => [...names(it)]);
    expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
  });
  test('holds lower-case names that a path segment can carry', () => {
    for (const it of PROVIDERS)
      for (const name of [it.slug, ...it.aliases, ...it.compatPrefixes, ...it.authors])
        expect(name).toMatch(/^[a-z0-9-]+$/);
  });
  test('finds a provider in any case, and nothing by an inherited property name', () => {
    expect(findProvider('OpenAI')?.slug).toBe('openai');
    expect(findProviderByModelPrefix('XAI')?.slug).toBe('grok');
    for (const name of ['constructor', '__proto__', 'toString', '']) expect(findProvider(name)).toBeNull();
  });
  test('names every credential header in lower case, the one it writes included', () => {
    for (const { credential, credentialHeaders } of PROVIDERS) {
      for (const name of credentialHeaders) expect(name).toBe(name.toLowerCase());
      if (credential.kind === 'header') expect(credentialHeaders).toContain(credential.header);
    }
  });
});

describe('a unified model name', () => {
  test.each([
    ['openai/gpt-5-mini', 'openai', 'gpt-5-mini'],
    ['grok/grok-4', 'grok', 'grok-4'],
    ['xai/grok-4', 'grok', 'grok-4'],
    ['google/gemini-2.5-pro', 'google-ai-studio', 'gemini-2.5-pro'],
    ['google-ai-studio/gemini-2.5-pro', 'google-ai-studio', 'gemini-2.5-pro'],
    ['google-vertex-ai/google/gemini-2.5-pro', 'google-vertex-ai', 'google/gemini-2.5-pro'],
    ['perplexity/sonar', 'perplexity-ai', 'sonar'],
    ['openrouter/meta-llama/llama-3:free', 'openrouter', 'meta-llama/llama-3:free'],
    ['fireworks/accounts/fireworks/models/x', 'fireworks', 'accounts/fireworks/models/x'],
    ['@cf/meta/llama', 'workers-ai', '@cf/meta/llama'],
    ['workers-ai/@cf/meta/llama', 'workers-ai', '@cf/meta/llama'],
    ['demo/anything', 'demo', 'anything'],
  ])('%s is %s with %s', (name, slug, model) => {
    const split = splitModel(name, null);
    if (isRefusal(split)) throw new Error(split.message);
    expect([split.provider.slug, split.model]).toEqual([slug, model]);
  });
  test.each([
    ['gpt-5', 'invalidRequest'],
    ['', 'invalidRequest'],
    ['/x', 'invalidRequest'],
    ['openai/', 'invalidRequest'],
    ['nobody/x', 'unknownProvider'],
    ['__proto__/x', 'unknownProvider'],
    ['deepgram/nova', 'unknownProvider'],
  ])('%j is refused: %s', (name, expected) => {
    const split = splitModel(name, null);
    expect(split instanceof Refusal && split.name).toBe(expected);
  });
});

describe('the OpenAI chat endpoint', () => {
  test.each([
    ['openai', 'https://api.openai.com/v1/chat/completions'],
    ['groq', 'https://api.groq.com/openai/v1/chat/completions'],
    ['mistral', 'https://api.mistral.ai/v1/chat/completions'],
    ['grok', 'https://api.x.ai/v1/chat/completions'],
    ['deepseek', 'https://api.deepseek.com/chat/completions'],
    ['cerebras', 'https://api.cerebras.ai/v1/chat/completions'],
    ['perplexity-ai', 'https://api.perplexity.ai/chat/completions'],
    ['openrouter', 'https://openrouter.ai/api/v1/chat/completions'],
    ['together', 'https://api.together.xyz/v1/chat/completions'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1/chat/completions'],
    ['baseten', 'https://inference.baseten.co/v1/chat/completions'],
    ['parallel', 'https://api.parallel.ai/v1beta/chat/completions'],
    ['huggingface', 'https://router.huggingface.co/v1/chat/completions'],
  ])('of %s is %s', (slug, url) => {
    expect(chatUrl(slug)).toBe(url);
  });
  test.each(['anthropic', 'google-ai-studio', 'google-vertex-ai', 'aws-bedrock', 'cohere'])(
    'of %s does not exist, so it is translated',
    (slug) => {
      expect(chatUrl(slug)).toBeNull();
    },
  );
  test.each(['deepgram', 'replicate'])('of %s does not exist, for it has no chat models', (slug) => {
    const target = chatUrl(slug);
    expect(isRefusal(target) && target.entry.status).toBe(501);
  });
  test.each([
    ['gpt-5-pro', true],
    ['gpt-5.1-codex', true],
    ['o3-pro', true],
    ['gpt-5', false],
    ['o3', false],
  ])('of OpenAI is none for a model that only Responses serves (%s: %s)', (model, translated) => {
    expect(chatUrl('openai', NONE, model) === null).toBe(translated);
  });
  test('of Azure has the resource from the model’s name, and refuses what is none', () => {
    const target = servedTarget(
      { provider: provider('azure-openai'), model: 'res/dep' },
      'openai-chat',
      NONE,
    );
    expect(target).toEqual({
      url: 'https://res.openai.azure.com/openai/v1/chat/completions',
      model: 'dep',
    });
    for (const model of ['dep', 'evil.com#/dep', '/dep'])
      expect(isRefusal(chatUrl('azure-openai', NONE, model))).toBe(true);
  });
  test('follows the operator’s base URL, which may end in the version or not', () => {
    const at = (slug: string, base: string) => chatUrl(slug, parseBaseUrls(JSON.stringify({ [slug]: base })));
    expect(at('demo', 'http://127.0.0.1:1/v1')).toBe('http://127.0.0.1:1/v1/chat/completions');
    expect(at('mistral', 'http://127.0.0.1:1/v1/')).toBe('http://127.0.0.1:1/v1/chat/completions');
    expect(at('mistral', 'http://127.0.0.1:1')).toBe('http://127.0.0.1:1/v1/chat/completions');
    expect(at('azure-openai', 'https://r.openai.azure.com')).toBe(
      'https://r.openai.azure.com/openai/v1/chat/completions',
    );
    expect(at('huggingface', 'http://127.0.0.1:1/v1')).toBe('http://127.0.0.1:1/v1/chat/completions');
  });
});

describe('what a native path says', () => {
  test.each([
    ['google-ai-studio', 'v1beta/models/gemini-2.5-pro:streamGenerateContent', 'gemini-2.5-pro', true],
    ['google-ai-studio', 'v1beta/tunedModels/mine:generateContent', 'mine', false],
    [
      'google-vertex-ai',
      'v1/projects/p/locations/global/publishers/anthropic/models/claude@1:streamRawPredict',
      'claude@1',
      true,
    ],
    [
      'aws-bedrock',
      'bedrock-runtime/us-east-1/model/anthropic.claude-v1%3A0/converse-stream',
      'anthropic.claude-v1:0',
      true,
    ],
    ['aws-bedrock', 'bedrock-runtime/us-east-1/model/m/invoke-with-response-stream', 'm', true],
    ['aws-bedrock', 'bedrock-runtime/us-east-1/model/a%zz/invoke', 'a%zz', false],
    ['azure-openai', 'res/gpt-4o/chat/completions', 'gpt-4o', false],
    ['azure-openai', 'res/openai/v1/chat/completions', null, false],
    ['azure-openai', 'res/openai/deployments/gpt-4o/chat/completions', 'gpt-4o', false],
    ['huggingface', 'bigcode/starcoder', 'bigcode/starcoder', false],
    ['huggingface', 'v1/chat/completions', null, false],
    ['workers-ai', '@cf/meta/llama', '@cf/meta/llama', false],
    ['workers-ai', 'run/@cf%2Fmeta%2Fllama', '@cf/meta/llama', false],
    ['workers-ai', 'v1/chat/completions', null, false],
    ['replicate', 'models/black-forest-labs/flux/predictions', 'black-forest-labs/flux', false],
    ['fal', 'fal-ai/flux/requests/1/status', 'fal-ai/flux', false],
    ['baseten', 'model/abc', 'abc', false],
    ['openai', 'chat/completions', null, false],
  ])('%s %s', (slug, path, model, stream) => {
    expect(readPath(provider(slug), path)).toEqual({ model, stream });
  });
  test.each([
    ['openai', 'v1/chat/completions', true],
    ['openai', 'completions', true],
    ['openai', 'responses', false],
    ['groq', 'chat/completions', false],
    ['azure-openai', 'r/d/chat/completions', false],
  ])('usage must be asked for at %s %s: %s', (slug, path, expected) => {
    expect(needsUsageAsked(provider(slug), path)).toBe(expected);
  });

  test.each([
    ['POST', 'v1/messages', true],
    ['POST', 'v1/messages/count_tokens', false],
    ['POST', 'v1/messages/count_tokens?beta=true', false],
    ['POST', 'v1/responses', true],
    ['GET', 'v1/responses/resp_1', false],
    ['DELETE', 'v1/responses/resp_1', false],
    ['POST', 'v1/responses/input_tokens', false],
    ['POST', 'v1beta/models/gemini-2.5-flash:generateContent', true],
    ['POST', 'v1beta/models/gemini-2.5-flash:countTokens?key=k', false],
    ['POST', 'v1/projects/p/locations/l/publishers/google/models/g:computeTokens', false],
    ['POST', 'v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict', false],
    ['POST', 'model/anthropic.claude-v1/count-tokens', false],
    ['POST', 'v1/tokenize', false],
    // Nobody gets past a budget by what is no part of the path.
    ['POST', 'v1/chat/completions?x=/count_tokens', true],
    ['POST', 'v1/chat/completions#/count_tokens', true],
  ])('whether anything is written by %s %s: %s', (method, path, expected) => {
    expect(isProduced({ method, url: `https://provider.test/${path}` })).toBe(expected);
  });
});

describe('credentials', () => {
  const seen = (slug: string, headers: ReadonlyArray<[string, string]>, query = '') =>
    credentialSlots(provider(slug), headerMap(headers), query).map((it) => [
      it.place,
      it.name,
      it.value.reveal(),
    ]);

  test.each([
    ['openai', 'Authorization', 'Bearer sk-1', 'sk-1'],
    ['fal', 'Authorization', 'Key a:b', 'a:b'],
    ['deepgram', 'Authorization', 'Token t', 't'],
    ['anthropic', 'X-Api-Key', 'k', 'k'],
    ['google-ai-studio', 'x-goog-api-key', 'k', 'k'],
    ['azure-openai', 'api-key', 'k', 'k'],
    ['ideogram', 'Api-Key', 'k', 'k'],
    ['elevenlabs', 'xi-api-key', 'k', 'k'],
    [
      'aws-bedrock',
      'authorization',
      'AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=h, Signature=s',
      'AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=h, Signature=s',
    ],
  ])('%s takes %s: %s', (slug, name, value, key) => {
    expect(seen(slug, [[name, value]])).toEqual([['header', name.toLowerCase(), key]]);
  });
  test('an empty header is no credential', () => {
    expect(seen('openai', [['authorization', '  ']])).toEqual([]);
  });
  test('Google’s key may stand in the query, and only it is taken out', () => {
    expect(seen('google-ai-studio', [], 'alt=sse&key=k%3D1')).toEqual([['query', 'key', 'k=1']]);
    expect(withoutCredentialQuery(provider('google-ai-studio'), 'alt=sse&%6bey=k&x=%2f&y')).toBe(
      'alt=sse&x=%2f&y',
    );
    expect(withoutCredentialQuery(provider('openai'), 'key=k')).toBe('key=k');
  });
  test('a presigned AWS URL carries its credential', () => {
    expect(seen('aws-bedrock', [], 'X-Amz-Signature=s')).toEqual([['query', 'X-Amz-Signature', 's']]);
  });

  test.each([
    ['openai', 'authorization', 'Bearer K'],
    ['anthropic', 'x-api-key', 'K'],
    ['google-ai-studio', 'x-goog-api-key', 'K'],
    ['azure-openai', 'api-key', 'K'],
    ['fal', 'authorization', 'Key K'],
    ['deepgram', 'authorization', 'Token K'],
    ['elevenlabs', 'xi-api-key', 'K'],
  ])('the operator’s key for %s stands in %s, alone', (slug, name, value) => {
    const before = headerMap([
      ...provider(slug).credentialHeaders.map((it): [string, string] => [it, 'callers']),
      ['accept', 'a'],
    ]);
    const after = putCredential(provider(slug), before, new Secret('K'));
    expect(after).toEqual(
      new Map([
        ['accept', ['a']],
        [name, [value]],
      ]),
    );
    expect(before.get(provider(slug).credentialHeaders[0] ?? '')).toEqual(['callers']);
  });
  test('a provider without keys gets none', () => {
    expect(putCredential(provider('demo'), headerMap([['authorization', 'x']]), new Secret('K'))).toEqual(
      new Map(),
    );
  });
});
