import type { Answer } from '../answer.ts';
import type { Delivered } from '../delivered.ts';
import type { Planned, Progress } from '../exchange.ts';
import { costHeader } from '../money/bill.ts';
import type { Ports } from '../ports.ts';
import { billBefore, settleAnswer } from '../stages/settle.ts';

/** An answer that is all here before it leaves, so that its headers can say what it cost. */
export async function wholeAnswer(
  exchange: Planned,
  given: Pick<Answer, 'status' | 'body'> & { readonly headers: Map<string, readonly string[]> },
  delivered: Delivered,
  progress: Progress,
  ports: Ports,
): Promise<Answer> {
  const billed = await billBefore(exchange, delivered, ports);
  if (billed.bill) for (const [name, values] of costHeader(billed.bill)) given.headers.set(name, values);
  progress.firstByteAt = ports.clock.now();
  return { ...given, settle: () => settleAnswer(exchange, billed, progress, ports) };
}
