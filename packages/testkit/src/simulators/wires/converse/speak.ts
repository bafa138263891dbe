import { awsEvent, awsException } from '../../../upstream/aws-event-frames.ts';
import type { Heard } from '../../heard.ts';
import type { Refused } from '../../request-reader.ts';
import { callPieces, callsOf, type Problem, type Script, type Step } from '../../script.ts';
import { JSON_HEADERS, type StreamedAnswer, Telling, type WireError } from '../../wire.ts';

function stopReason(script: Script): string {
  if (script.finish === 'length') return 'max_tokens';
  if (script.finish === 'blocked') return 'content_filtered';
  return callsOf(script).length > 0 ? 'tool_use' : 'end_turn';
}

/** `inputTokens` leaves the cached ones out; reasoning is counted nowhere. */
const usage = ({ usage: { input, cached, output } }: Script) => ({
  inputTokens: input - cached,
  outputTokens: output,
  totalTokens: input + output,
  cacheReadInputTokens: cached,
  cacheWriteInputTokens: 0,
});

const callId = (id: string) => `tooluse_${id}`;

export function answer(script: Script) {
  return {
    output: { message: { role: 'assistant', content: script.steps.flatMap(blocks) } },
    stopReason: stopReason(script),
    usage: usage(script),
    metrics: { latencyMs: 12 },
  };
}

/** Only Claude signs its thoughts. */
export const signedBy = (model: string, script: Script): Script =>
  model.includes('anthropic')
    ? script
    : {
        ...script,
        steps: script.steps.map((step) => (step.kind === 'reasoning' ? { ...step, proof: '' } : step)),
      };

function blocks(step: Step): object[] {
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return [{ text: step.pieces.join('') }];
    case 'reasoning':
      return [
        {
          reasoningContent: {
            reasoningText: {
              text: step.pieces.join(''),
              ...(step.proof === '' ? {} : { signature: step.proof }),
            },
          },
        },
      ];
    case 'calls':
      return step.calls.map((call) => ({
        toolUse: {
          toolUseId: callId(call.id),
          name: call.name,
          input: JSON.parse(call.pieces.join('') || '{}'),
        },
      }));
  }
}

/** Binary frames with their checksums; only calls have a start; usage comes after the end, in `metadata`. */
export function stream(given: Script, { model }: Heard): StreamedAnswer {
  const script = signedBy(model, given);
  const telling = new Telling();
  const event = (type: string, payload: object) => awsEvent(type, { ...payload, p: 'abcdefgh' });
  telling.tell(event('messageStart', { role: 'assistant' }));
  let index = 0;
  for (const step of script.steps) {
    const { events, count } = stepEvents(step, index, event);
    telling.say(...events);
    index += count;
  }
  telling.tell(event('messageStop', { stopReason: stopReason(script) }));
  telling.tell(event('metadata', { usage: usage(script), metrics: { latencyMs: 12 } }));
  return {
    contentType: 'application/vnd.amazon.eventstream',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [awsException(EXCEPTIONS[problem.kind], problem.message)],
  };
}

type FrameWriter = (type: string, payload: object) => Buffer;

function stepEvents(step: Step, first: number, event: FrameWriter): { events: Buffer[]; count: number } {
  const deltas = (contentBlockIndex: number, list: readonly object[]) =>
    list.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta }));
  const stop = (contentBlockIndex: number) => event('contentBlockStop', { contentBlockIndex });
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return {
        events: [
          ...deltas(
            first,
            step.pieces.map((text) => ({ text })),
          ),
          stop(first),
        ],
        count: 1,
      };
    case 'reasoning': {
      const texts = step.pieces.map((text) => ({ reasoningContent: { text } }));
      const signed = step.proof === '' ? [] : [{ reasoningContent: { signature: step.proof } }];
      return { events: [...deltas(first, [...texts, ...signed]), stop(first)], count: 1 };
    }
    case 'calls': {
      const events = callPieces(step).flatMap(({ call, piece }) => {
        const scripted = step.calls[call];
        if (piece !== null || !scripted) return deltas(first + call, [{ toolUse: { input: piece ?? '' } }]);
        const start = { toolUse: { toolUseId: callId(scripted.id), name: scripted.name } };
        return [event('contentBlockStart', { contentBlockIndex: first + call, start })];
      });
      return {
        events: [...events, ...step.calls.map((_, call) => stop(first + call))],
        count: step.calls.length,
      };
    }
  }
}

export const EXCEPTIONS = {
  'bad-request': 'validationException',
  authentication: 'accessDeniedException',
  'not-found': 'resourceNotFoundException',
  'rate-limit': 'throttlingException',
  server: 'internalServerException',
  overloaded: 'serviceUnavailableException',
} as const;

const STATUS = {
  'bad-request': [400, 'ValidationException'],
  authentication: [401, 'UnrecognizedClientException'],
  'not-found': [404, 'ResourceNotFoundException'],
  'rate-limit': [429, 'ThrottlingException'],
  server: [500, 'InternalServerException'],
  overloaded: [503, 'ServiceUnavailableException'],
} as const;

/** The kind of an error stands in a header, the body holds only its sentence. */
export function bedrockError(problem: Problem | Refused): WireError {
  const [status, type] = STATUS[problem.kind];
  return {
    status,
    headers: {
      ...JSON_HEADERS,
      'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      'x-amzn-requestid': 'simulated',
    },
    body: JSON.stringify({ message: problem.message }),
  };
}
