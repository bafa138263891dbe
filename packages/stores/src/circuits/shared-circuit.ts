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
  DOWN_FOR,
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

interface Talk {
  readonly began: EpochMs;
  over: Promise<void>;
}

export interface SharedCircuitOptions {
  readonly table: CircuitTable;
  readonly clock: Clock;
  /** Takes what kept the table from answering. */
  readonly report: (error: unknown) => void;
}

/** One circuit as one process knows it. It talks to the table beside the requests, about every two seconds. */
export class SharedCircuit {
  readonly #circuit: CircuitId;
  readonly #table: CircuitTable;
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  #rule: CircuitBreaker;
  #news: News | null = null;
  #unshared = new Map<number, CallCounts>();
  readonly #underWay = new Set<CallUnderWay>();
  #ticket: Ticket | null = null;
  #verdict: Verdict | null = null;
  #talk: Talk | null = null;
  /** When the table last failed to answer; null when its last answer was good. */
  #failedAt: EpochMs | null = null;

  constructor(circuit: CircuitId, rule: CircuitBreaker, { table, clock, report }: SharedCircuitOptions) {
    this.#circuit = circuit;
    this.#rule = rule;
    this.#table = table;
    this.#clock = clock;
    this.#report = report;
  }

  passOf(rule: CircuitBreaker): CircuitPass {
    this.#rule = rule;
    const now = this.#keepUp();
    if (this.#ticket && now <= this.#ticket.beginsBy) return 'probe';
    if (!this.#news) return 'closed';
    const { circuit, asOf } = this.#news;
    const news = { phase: circuit.phase, age: durationMs(now - asOf), isCutOff: this.#failedAt !== null };
    return passAt(news, now);
  }

  begin(): CircuitCall {
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
    const now = this.#clock.now();
    if (this.#isPressing(now) || (this.#unshared.size > 0 && this.#isOld(now))) await this.#talkToTable(now);
    else await this.#talk?.over;
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
    if (this.#isOld(now) || this.#isPressing(now)) void this.#talkToTable(now);
    return now;
  }

  #isOld(now: EpochMs): boolean {
    const age = this.#news ? now - this.#news.asOf : -1;
    return age < 0 || age > NEWS_FRESH_FOR;
  }

  /** There is something that must not wait for two seconds. */
  #isPressing(now: EpochMs): boolean {
    if (this.#verdict) return true;
    const { phase, window } = this.#news?.circuit ?? { phase: NEW_CIRCUIT, window: new Map() };
    if (phase.kind !== 'closed') return isProbeDue(phase, now);
    return tripped(phase, addWindows(window, this.#unshared), this.#rule, now) !== null;
  }

  /** Never rejects. What is under way is joined while it is young: a question may have been frozen with the process. */
  #talkToTable(now: EpochMs): Promise<void> {
    const age = this.#talk ? now - this.#talk.began : -1;
    if (this.#talk && age >= 0 && age <= NEWS_FRESH_FOR) return this.#talk.over;
    const silence = this.#failedAt === null ? -1 : now - this.#failedAt;
    if (silence >= 0 && silence < DOWN_FOR) return Promise.resolve();
    const talk: Talk = { began: now, over: Promise.resolve() };
    this.#talk = talk;
    talk.over = this.#exchange(now).then(() => this.#goOn(talk));
    return talk.over;
  }

  /** What became pressing meanwhile is said at once. */
  async #goOn(talk: Talk): Promise<void> {
    if (this.#talk !== talk) return;
    this.#talk = null;
    const now = this.#clock.now();
    if (this.#failedAt === null && this.#isPressing(now)) await this.#talkToTable(now);
  }

  async #exchange(began: EpochMs): Promise<void> {
    try {
      const circuit = await this.#decide(await this.#share());
      this.#failedAt = null;
      if (!this.#news || this.#news.asOf <= began) this.#news = { circuit, asOf: began };
    } catch (error) {
      // Nobody is kept from a provider by what cannot be known.
      this.#failedAt = this.#clock.now();
      this.#report(error);
    }
  }

  /** Brings the counts to the table; one that is lost on the way is not brought again, so that it cannot count twice. */
  async #share(): Promise<VersionedCircuit> {
    const counts = this.#unshared;
    this.#unshared = new Map();
    const oldest = bucketOf(this.#clock.now()) - BUCKETS;
    let circuit: VersionedCircuit | null = null;
    for (const [bucket, one] of counts)
      if (bucket > oldest) circuit = await this.#table.add(this.#circuit, bucket, one);
    return circuit ?? this.#table.read(this.#circuit);
  }

  async #decide(circuit: VersionedCircuit): Promise<VersionedCircuit> {
    const now = this.#clock.now();
    const { phase, window, version } = circuit;
    const verdict = this.#verdict;
    this.#verdict = null;
    const next =
      verdict?.version === version
        ? verdict.phase
        : (tripped(phase, window, this.#rule, now) ?? probing(phase, now));
    if (!next) return circuit;
    const changed = await this.#table.change(this.#circuit, version, next);
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
