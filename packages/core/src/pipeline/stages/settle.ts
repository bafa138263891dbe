import type { Refusal } from '../../errors/refusal.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { type Micros, micros, NO_MONEY } from '../../money/micros.ts';
import { holdsError } from '../../providers/answer-error.ts';
import { keptBody, MAX_KEPT } from '../../record/kept-bytes.ts';
import type { Outcome, RequestRecord } from '../../record/request-record.ts';
import type { StreamFault } from '../../streaming/byte-stream.ts';
import { isRecorded, type Story } from '../answer.ts';
import { buildRecord } from '../build-record.ts';
import type { Delivered } from '../delivered.ts';
import type { Planned, Progress, Target } from '../exchange.ts';
import type { Bill } from '../money/bill.ts';
import { type BillPorts, billAsReserved, billOf, statedBill } from '../money/draw-up-bill.ts';
import { settleFunds } from '../money/funds.ts';
import type { Ports } from '../ports.ts';

/** A compressed answer may be longer than what is kept of it: at its end it says what was used. */
const MAX_READ = 4 * MAX_KEPT;

type SettlePorts = Pick<Ports, 'records' | 'clock' | 'faults'> & BillPorts;

/** Stage 10 for an answer of a provider, whole or cut. */
export async function settleAnswer(
  story: Planned,
  delivered: Delivered,
  progress: Progress,
  ports: SettlePorts,
): Promise<void> {
  if (!isRecorded(story) && story.funds.kind !== 'reserved') return;
  const endedAt = ports.clock.now();
  await handOver(story, ports, async () => {
    const { target, status, headers, fault, cached = false } = delivered;
    const plain = await readable(delivered, ports, MAX_READ);
    const bytes = plain ?? delivered.bytes;
    const bill = delivered.bill ?? (await drawUp(story, delivered, ports, billOf, plain));
    const record = buildRecord(story, {
      target,
      progress,
      status,
      success: status < 400 && fault === null && !(plain !== null && holdsError(plain)),
      outcome: outcomeOf(fault),
      headers,
      responseSize: delivered.size,
      responseBody: keptBody(bytes.subarray(0, MAX_KEPT), delivered.isComplete && bytes.length <= MAX_KEPT),
      streamed: delivered.streamed,
      cached,
      bill,
      endedAt,
    });
    return { record, cost: micros(BigInt(bill.cost?.micros ?? 0)) };
  });
}

/** For an answer that is all here, before it leaves: its cost goes out with it, where the answer says its usage. */
export async function billBefore(
  story: Planned,
  delivered: Delivered,
  ports: SettlePorts,
): Promise<Delivered> {
  const bill = await drawUp(story, delivered, ports, statedBill, await readable(delivered, ports, MAX_KEPT));
  return bill ? { ...delivered, bill } : delivered;
}

/** An answer whose cost cannot be found out is still an answer, and is still recorded. */
async function drawUp<Drawn>(
  story: Planned,
  delivered: Delivered,
  ports: SettlePorts,
  draw: (story: Planned, it: Delivered, plain: Uint8Array | null, ports: SettlePorts) => Promise<Drawn>,
  plain: Uint8Array | null,
): Promise<Drawn | Bill> {
  try {
    return await draw(story, delivered, plain, ports);
  } catch (error) {
    ports.faults.report('the cost of a request could not be found out', error, story.id);
    return billAsReserved(story, delivered);
  }
}

/** Stage 10 for a request that we answered ourselves. */
export async function settleRefusal(
  story: Story,
  refusal: Refusal,
  body: Uint8Array,
  headers: HeaderMap,
  target: Target | null,
  progress: Progress,
  ports: SettlePorts,
): Promise<void> {
  if (!isRecorded(story) && story.funds?.kind !== 'reserved') return;
  const { code, status, blame } = refusal.entry;
  const endedAt = ports.clock.now();
  await handOver(story, ports, async () => ({
    record: buildRecord(story, {
      target,
      progress,
      status,
      success: false,
      outcome: { kind: 'refused', code, blame, message: refusal.message },
      headers,
      responseSize: body.length,
      responseBody: keptBody(body, true),
      streamed: false,
      bill: null,
      endedAt,
    }),
    cost: NO_MONEY,
  }));
}

interface Settled {
  readonly record: RequestRecord;
  readonly cost: Micros;
}

/**
 * The record first, then the money: when the process dies between the two, the sweeper finds in the record what the
 * request cost. The client has its answer, so nothing that fails here may reach it.
 */
async function handOver(story: Story, ports: SettlePorts, build: () => Promise<Settled>): Promise<void> {
  try {
    const { record, cost } = await build();
    if (isRecorded(story)) await ports.records.put(record);
    await settleFunds(story.funds, cost);
  } catch (error) {
    ports.faults.report('a record could not be built', error, story.id);
  }
}

/** The answer without its content encoding, as far as it came; null when it cannot be undone. */
async function readable(
  delivered: Delivered,
  ports: Pick<Ports, 'compression'>,
  most: number,
): Promise<Uint8Array | null> {
  const encoding = header(delivered.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return delivered.bytes;
  // Of a longer one, which the client has, a part is no measure.
  const isCut = delivered.fault !== null && delivered.bytes.length === delivered.size;
  return ports.compression.decode(encoding, delivered.bytes, most, isCut);
}

function outcomeOf(fault: StreamFault | null): Outcome {
  if (fault === null) return { kind: 'answered' };
  switch (fault.kind) {
    case 'reset':
    case 'idle-timeout':
    case 'total-timeout':
    case 'too-large':
      return { kind: 'broken', blame: 'upstream', message: fault.message };
    case 'deadline':
      return { kind: 'broken', blame: 'gateway', message: fault.message };
    case 'cancelled':
      return { kind: 'broken', blame: 'caller', message: fault.message };
  }
}
