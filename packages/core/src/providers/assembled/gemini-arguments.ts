import { isStreamedCall, StreamedCall } from '../../dialects/gemini/partial-arguments.ts';
import { child, type Json } from '../../form/json.ts';

/**
 * Vertex can stream a call's arguments: a part that names the function, parts with `partialArgs`, an empty one at the
 * end (spec/providers 7.3). They become the one part that the un-streamed answer has; all other parts stay as they are.
 */
export function streamedArguments(parts: readonly Json[]): readonly Json[] {
  const whole: Json[] = [];
  let open: StreamedCall | null = null;
  for (const part of parts) {
    const call = child(part, 'functionCall');
    if (!call) whole.push(part);
    else if (open && !('name' in call)) {
      open.take(part, call);
      whole.splice(-1, 1, open.part());
    } else if (isStreamedCall(call)) {
      open = new StreamedCall(part, call);
      whole.push(open.part());
    } else {
      // A call without arguments comes whole between streamed ones.
      open = null;
      whole.push(part);
    }
  }
  return whole;
}
