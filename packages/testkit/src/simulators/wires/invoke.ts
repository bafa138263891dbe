import { awsEvent, awsException } from '../../upstream/aws-event-frames.ts';
import type { Heard } from '../heard.ts';
import { Field } from '../request-reader.ts';
import type { Wire, WireRequest } from '../wire.ts';
import { hearMessages } from './anthropic-messages/hear.ts';
import { message, messageEvents } from './anthropic-messages/speak.ts';
import { MODEL_PATH } from './converse/hear.ts';
import { bedrockError, EXCEPTIONS } from './converse/speak.ts';

/**
 * Bedrock's InvokeModel with a Claude: a Messages body without model and stream, the version in the body
 * (docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html).
 */
export const invokeWire: Wire = {
  name: 'invoke',
  limits: {},
  hear,
  whole: (script, heard) => ({
    body: message(script, heard.model),
    headers: {
      'x-amzn-bedrock-input-token-count': String(script.usage.input - script.usage.cached),
      'x-amzn-bedrock-output-token-count': String(script.usage.output),
    },
  }),
  stream(script, heard) {
    const { events, firstWords } = messageEvents(script, heard.model);
    const chunk = (event: object) =>
      awsEvent('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abc' });
    const metrics = {
      inputTokenCount: script.usage.input - script.usage.cached,
      outputTokenCount: script.usage.output,
      invocationLatency: 20,
      firstByteLatency: 10,
    };
    return {
      contentType: 'application/vnd.amazon.eventstream',
      events: events.map((event) =>
        chunk(
          event.type === 'message_stop' ? { ...event, 'amazon-bedrock-invocationMetrics': metrics } : event,
        ),
      ),
      firstWords,
      failure: (problem) => [awsException(EXCEPTIONS[problem.kind], problem.message)],
    };
  },
  error: bedrockError,
};

const FIELDS = [
  'anthropic_version',
  'anthropic_beta',
  'max_tokens',
  'messages',
  'metadata',
  'output_config',
  'stop_sequences',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

function hear({ path, body }: WireRequest): Heard {
  const [, model = '', operation] = MODEL_PATH.exec(path) ?? [];
  const request = new Field(body, '');
  request.at('anthropic_version').oneOf('bedrock-2023-05-31');
  const heard = hearMessages(request, FIELDS);
  return { ...heard, model: decodeURIComponent(model), stream: operation === 'invoke-with-response-stream' };
}
