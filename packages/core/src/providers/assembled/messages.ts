import { child, isJson, type Json, textAt } from '../../form/json.ts';
import {
  appendList,
  appendText,
  errorIn,
  finished,
  type Growing,
  inOrder,
  numbered,
  parsedInput,
  takeFields,
} from './pieces.ts';

/** Where a call's input grows as text until its block is whole. */
const STREAMED_INPUT = 'partial_json';

/** Anthropic Messages (spec/providers 6.3). */
export function assembleMessages(events: readonly Json[]): Json {
  const message: Growing = new Map();
  const usage: Growing = new Map();
  const blocks = new Map<number, Growing>();
  for (const event of events)
    switch (textAt(event, 'type')) {
      case 'message_start':
        // A second start is a fault of the upstream's; the first one names the message.
        if (message.size === 0) takeFields(message, child(event, 'message') ?? {}, ['usage', 'content']);
        takeFields(usage, child(child(event, 'message'), 'usage') ?? {});
        break;
      case 'content_block_start':
        takeFields(numbered(blocks, event.index), child(event, 'content_block') ?? {});
        break;
      case 'content_block_delta':
        takeDelta(numbered(blocks, event.index), child(event, 'delta') ?? {});
        break;
      case 'message_delta':
        takeFields(message, child(event, 'delta') ?? {});
        takeFields(usage, child(event, 'usage') ?? {});
        break;
      default:
    }
  return {
    ...finished(message),
    content: inOrder(blocks).map(finishBlock),
    usage: finished(usage),
    ...errorIn(events),
  };
}

function takeDelta(block: Growing, delta: Json): void {
  for (const key of ['text', 'thinking', 'signature', STREAMED_INPUT, 'content'])
    if (key in delta) appendText(block, key, delta[key]);
  if (isJson(delta.citation)) appendList(block, 'citations', [delta.citation]);
}

function finishBlock(block: Growing): Json {
  const { [STREAMED_INPUT]: streamed, ...rest } = finished(block);
  return streamed === undefined ? rest : { ...rest, input: parsedInput(streamed) };
}
