import { header } from '../../http/header-map.ts';
import type { ByteStream } from '../../streaming/byte-stream.ts';
import type { Answer } from '../answer.ts';
import type { Target } from '../exchange.ts';

/**
 * A model's answer inside the envelope of `/ai/run` (spec 5.3-2): `{success, errors, messages, state, result,
 * gatewayMetadata}`. The answer's bytes stay as they are; what is no JSON, no success or an event stream has no
 * envelope, and Workers AI brings its own.
 */
export function inRunEnvelope(answer: Answer, target: Target): Answer {
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(header(answer.headers, 'content-type') ?? '');
  if (answer.status >= 300 || !isJson || target.provider.slug === 'workers-ai') return answer;
  const keySource = target.credential.source === 'unified' ? 'Unified' : 'BYOK';
  const before = Buffer.from('{"success":true,"errors":[],"messages":[],"state":"Completed","result":');
  const after = Buffer.from(`,"gatewayMetadata":${JSON.stringify({ keySource })}}`);
  const { body } = answer;
  return {
    ...answer,
    body: body instanceof Uint8Array ? Buffer.concat([before, body, after]) : surrounded(before, body, after),
  };
}

function surrounded(before: Uint8Array, inner: ByteStream, after: Uint8Array): ByteStream {
  return {
    consume(consumer) {
      consumer.chunk(before);
      inner.consume({
        chunk: (bytes) => consumer.chunk(bytes),
        end(fault) {
          // A cut answer stays cut: closing its envelope would make it look whole.
          if (fault === null) consumer.chunk(after);
          consumer.end(fault);
        },
      });
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    cancel: () => inner.cancel(),
  };
}
