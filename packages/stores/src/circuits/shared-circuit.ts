import {
  addWindows,
  BUCKETS,
  bucketOf,
  type CallCounts,
  type CallOutcome,
  type CircuitBreaker,
  type CircuitCall,
  type CircuitId,
  type CircuitPass,
  type CircuitPhase,
  type Clock,
  durationMs,
  type EpochMs,
  isProbeDue,
  NEW_CIRCUIT,
  NEWS_FRESH_FOR,
  passAt,
  probeBeginsBy,
  probed,
  probing,
  tripped,
} from '@weir/core';
import type { CircuitTable, VersionedCircuit } from './circuit-table.ts';
import { TableTalk } from './table-talk.ts';

/** What the table said, and when it was asked. */
interface News {
  readonly circuit: VersionedCircuit;
  readonly asOf: EpochMs;
}

interface CallUnderWay {
  readonly beganAt: EpochMs;
  /** The half-open circuit that it is the probe of. */
  probes: VersionedCircuit | null;
}

/** A probe that is this process's and has not begun. */
interface Ticket {
  readonly circuit: VersionedCircuit;
  readonly beginsBy: EpochMs;
}

/** What this process's probe decided; it holds only if nobody decided anything since. */
interface Verdict {
  readonly version: number;
  readonly phase: CircuitPhase;
}

export interface SharedCircuitOptions {
  readonly table: CircuitTable;
  readonly clock: Clock;
  /** Takes what kept the table from answering. */
  readonly report: (error: unknown) => void;
}

/** One circuit as one process knows it; news and counts pass about every two seconds, beside the requests. */
export class SharedCircuit {
  readonly #circuit: CircuitId;
  readonly #table: CircuitTable;
  readonly #clock: Clock;
  #rule: CircuitBreaker;
  #news: News | null = null;
  #unshared = new Map<number, CallCounts>();
  #sharedAt: EpochMs | undefined;
  readonly #underWay = new Set<CallUnderWay>();
  #ticket: Ticket | null = null;
  #verdict: Verdict | null = null;
  readonly #talk: TableTalk;

  constructor(circuit: CircuitId, rule: CircuitBreaker, { table, clock, report }: SharedCircuitOptions) {
    this.#circuit = circuit;
    this.#rule = rule;
    this.#table = table;
    this.#clock = clock;
    this.#talk = new TableTalk({
      clock,
      report,
      exchange: (began) => this.#exchange(began),
      isPressing: (now) => this.#isPressing(now),
    });
  }

  passOf(rule: CircuitBreaker): CircuitPass {
    this.#rule = rule;
    const now = this.#keepUp();
    if (this.#ticket && now <= this.#ticket.beginsBy) return 'probe';
    if (!this.#news) return 'closed';
    const { circuit, asOf } = this.#news;
    const news = { phase: circuit.phase, age: durationMs(now - asOf), isCutOff: this.#talk.isCutOff };
    return passAt(news, now);
  }

  begin(rule: CircuitBreaker): CircuitCall {
    this.#rule = rule;
    const call: CallUnderWay = { beganAt: this.#clock.now(), probes: this.#useTicket() };
    this.#underWay.add(call);
    this.#keepUp();
    return {
      end: (outcome) => {
        if (this.#underWay.delete(call)) this.#end(call, outcome);
      },
    };
  }

  /** Resolves when what should not wait for the next request is in the table, or cannot be. */
  async settled(): Promise<void> {
    await this.#talk.over;
    const now = this.#clock.now();
    if (this.#isPressing(now) || this.#isShareDue(now)) await this.#talk.start(now);
  }

  #useTicket(): VersionedCircuit | null {
    const ticket = this.#ticket;
    this.#ticket = null;
    return ticket && this.#clock.now() <= ticket.beginsBy ? ticket.circuit : null;
  }

  #end({ probes }: CallUnderWay, outcome: CallOutcome): void {
    const now = this.#clock.now();
    if (outcome !== 'nothing-learned') {
      const bucket = bucketOf(now);
      const one = { calls: 1, failures: outcome === 'failed' ? 1 : 0 };
      this.#unshared = new Map(addWindows(this.#unshared, new Map([[bucket, one]])));
    }
    if (probes) {
      const next = probed(probes.phase, outcome, this.#rule, now);
      if (next) this.#verdict = { version: probes.version, phase: next };
      else this.#ticket = { circuit: probes, beginsBy: probeBeginsBy(now) };
    }
    this.#keepUp();
  }

  /** Shares and learns beside the request, when it is time to. @returns the time. */
  #keepUp(): EpochMs {
    const now = this.#clock.now();
    const isDue = isOver(this.#news?.asOf, now) || this.#isShareDue(now);
    if (isDue || this.#isPressing(now)) void this.#talk.start(now);
    return now;
  }

  /** Not only when the news is old: a process that has a request now and then would bring the last with the next. */
  #isShareDue(now: EpochMs): boolean {
    return this.#unshared.size > 0 && isOver(this.#sharedAt, now);
  }

  /** There is something that must not wait for two seconds. */
  #isPressing(now: EpochMs): boolean {
    if (this.#verdict) return true;
    const { phase, window } = this.#news?.circuit ?? { phase: NEW_CIRCUIT, window: new Map() };
    if (phase.kind !== 'closed') return isProbeDue(phase, now);
    return tripped(phase, addWindows(window, this.#unshared), this.#rule, now) !== null;
  }

  async #exchange(began: EpochMs): Promise<void> {
    const circuit = await this.#decide(await this.#share());
    const known = this.#news?.asOf ?? 0;
    // What was learned later stays, unless the clock was set back since.
    if (known <= began || known > this.#clock.now()) this.#news = { circuit, asOf: began };
  }

  /** Brings the counts to the table. What did not arrive is brought again while it counts, be it for the second time. */
  async #share(): Promise<VersionedCircuit> {
    const now = this.#clock.now();
    const oldest = bucketOf(now) - BUCKETS;
    const counts = new Map([...this.#unshared].filter(([bucket]) => bucket > oldest));
    this.#unshared = new Map();
    let circuit: VersionedCircuit | null = null;
    try {
      for (const [bucket, one] of counts) {
        circuit = await this.#table.add(this.#circuit, bucket, one);
        counts.delete(bucket);
        this.#sharedAt = now;
      }
    } catch (error) {
      this.#unshared = new Map(addWindows(counts, this.#unshared));
      throw error;
    }
    return circuit ?? this.#table.read(this.#circuit);
  }

  async #decide(circuit: VersionedCircuit): Promise<VersionedCircuit> {
    const now = this.#clock.now();
    const { phase, window, version } = circuit;
    const verdict = this.#verdict;
    const ofProbe = verdict?.version === version ? verdict.phase : null;
    const next = ofProbe ?? tripped(phase, window, this.#rule, now) ?? probing(phase, now);
    const changed = next && (await this.#table.change(this.#circuit, version, next));
    if (this.#verdict === verdict) this.#verdict = null;
    if (!next) return circuit;
    if (!changed) return this.#table.read(this.#circuit);
    if (next.kind === 'half-open') this.#takeProbe(phase, changed, now);
    return changed;
  }

  /** The probe is a call that is under way since it was due, if there is one; else the next. */
  #takeProbe(before: CircuitPhase, circuit: VersionedCircuit, now: EpochMs): void {
    const due = before.kind === 'open' ? before.probeAt : now;
    const call = [...this.#underWay].findLast(({ beganAt, probes }) => beganAt >= due && !probes);
    if (call) call.probes = circuit;
    else this.#ticket = { circuit, beginsBy: probeBeginsBy(now) };
  }
}

/** Whether two seconds have passed since, as far as anybody can know. */
function isOver(since: EpochMs | undefined, now: EpochMs): boolean {
  return since === undefined || now < since || now - since > NEWS_FRESH_FOR;
}
