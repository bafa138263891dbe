/** The benchmark: starts everything, measures in interleaved rounds, writes `results.md` and `results.json`. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, cpus, loadavg, platform, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstEvents } from './cold-start/events.ts';
import { type ColdStart, measureColdStarts, runtimeClientIsBuilt } from './cold-start/measure-cold-starts.ts';
import { startBarePipe } from './contenders/bare-pipe.ts';
import type { Contender } from './contenders/contender.ts';
import { direct } from './contenders/direct.ts';
import { startPortkey } from './contenders/portkey.ts';
import { startWeir, type WeirContender } from './contenders/weir.ts';
import { measureBundles } from './measures/bundles.ts';
import { measureLedger } from './measures/ledger.ts';
import { measurePolicies } from './measures/policies.ts';
import { load, loadJob, runScenario, type ScenarioResult } from './measures/rounds.ts';
import { measureFallback } from './measures/route-fallback.ts';
import { measureRouting } from './measures/routing.ts';
import { type LoadScenario, scenarios } from './measures/scenarios.ts';
import { measureSeveralProcesses } from './measures/several-processes.ts';
import { stolenTime } from './measures/stolen-time.ts';
import { countStoreRoundTrips } from './measures/store-round-trips.ts';
import type { CannedAddress } from './processes/canned-shape.ts';
import { Child } from './processes/child.ts';
import { place } from './processes/cores.ts';
import { hasMemoryFolder } from './processes/data-folder.ts';
import { providerBundleSources } from './profile/bundle-sources.ts';
import { summarise } from './profile/summarise.ts';
import { markdown } from './report/markdown.ts';
import { isReached } from './report/target.ts';
import { targets } from './report/targets.ts';
import type { HandOffs, Results, RunEnvironment, ScenarioProfile } from './results.ts';

const HERE = fileURLToPath(new URL('../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    /** Only scenarios whose name holds this text; writes nothing. */
    only: { type: 'string', default: '' },
  },
});

const say = (text: string) => process.stderr.write(`${text}\n`);
const script = (name: string) => `${HERE}src/processes/${name}.ts`;

const startedAt = new Date();
const loadAverage = loadavg()[0] ?? Number.NaN;
const stolen = stolenTime();
// What is started from here on inherits this place; the gateways get a core of their own once they have started.
const apart = place(process.pid, 'other-cores');
const upstreamProcess = new Child({ arguments: [script('canned-upstream')] });
const client = new Child({ arguments: [script('load-client')] });
const upstream = (await upstreamProcess.request({})) as CannedAddress;
const upstreamUrl = `http://127.0.0.1:${upstream.port}`;
say('Starting the gateways');
const weir = await startWeir(upstreamUrl);
const portkey = await startPortkey(upstreamUrl);
const pipe = await startBarePipe(upstreamUrl);
const contenders: readonly Contender[] = [weir, portkey, pipe, direct(upstreamUrl)];
if (apart) for (const contender of contenders) contender.process?.place('own-core');

try {
  const chosen = scenarios(options.quick).filter(({ name }) => name.includes(options.only));
  const { results: measured, handOffs } = await measureRounds(chosen);
  // Where there is a floor to compare with, it is worth knowing what lies above it.
  const profiles = options.profile ? await profile(chosen.filter(({ floor }) => floor)) : [];
  const [whole] = scenarios(options.quick);
  if (!whole) throw new Error('there is no scenario to count round trips in');
  const job = { ...loadJob(whole, weir, upstream), requests: 100 };
  const roundTrips = await countStoreRoundTrips(weir, client, job, new URL(upstreamUrl).host);
  say('Caching and limiting');
  const policies =
    options.only === '' || options.only === 'policies'
      ? await measurePolicies(weir, client, upstreamUrl, options.quick)
      : [];
  say('Routes');
  const routing = options.only === '' || options.only === 'routing' ? measureRouting(options.quick) : null;
  const fallback =
    options.only === '' || options.only === 'routing'
      ? await measureFallback(weir, client, options.quick)
      : [];
  if (apart) place(process.pid, 'anywhere');
  say('Ledger');
  const ledger = options.only === '' || options.only === 'ledger' ? await measureLedger(weir) : null;
  say('Several processes');
  const processes =
    options.only === '' || options.only === 'processes'
      ? await measureSeveralProcesses(weir, options.quick)
      : null;
  say('Bundles and cold starts');
  const bundles = await measureBundles(weir.host.functions, options.quick ? 3 : 10);
  const coldStarts = await coldStart(weir);
  const results: Results = {
    environment: environment(),
    scenarios: measured,
    roundTrips,
    policies,
    ledger,
    processes,
    routing,
    fallback,
    bundles,
    coldStarts,
    handOffs,
    profiles,
  };
  report(results);
} finally {
  await Promise.all([weir.stop(), portkey.stop(), pipe.stop(), client.stop(), upstreamProcess.stop()]);
}

async function measureRounds(
  chosen: readonly LoadScenario[],
): Promise<{ results: readonly ScenarioResult[]; handOffs: HandOffs }> {
  const before = await weir.countRecords();
  const results: ScenarioResult[] = [];
  let requests = 0;
  for (const scenario of chosen) {
    say(scenario.name);
    const result = await runScenario(scenario, contendersIn(scenario), client, upstream);
    results.push(result);
    requests += result.sentToEach;
  }
  return { results, handOffs: { requests, records: (await weir.countRecords()) - before } };
}

function contendersIn({ floor }: LoadScenario): readonly Contender[] {
  return contenders.filter(({ name }) => floor || name !== 'pipe');
}

async function profile(chosen: readonly LoadScenario[]): Promise<readonly ScenarioProfile[]> {
  const provider = weir.host.functions.find(({ name }) => name === 'provider');
  const findSource = await providerBundleSources(provider?.folder ?? '');
  const profiles: ScenarioProfile[] = [];
  for (const scenario of chosen) {
    say(`Profile: ${scenario.name}`);
    await weir.process.ask('start-profile');
    await load(client, loadJob(scenario, weir, upstream));
    profiles.push({
      scenario: scenario.name,
      summary: summarise(await weir.process.ask('profile'), findSource),
    });
  }
  return profiles;
}

async function coldStart({ host }: WeirContender): Promise<readonly ColdStart[] | string> {
  if (!runtimeClientIsBuilt())
    return 'not measured: the runtime interface client could not be built on this machine.';
  // Takes what the first-account function reports to CloudFormation.
  const receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  try {
    return await measureColdStarts(host.functions, firstEvents(host, receiverUrl), options.quick ? 4 : 10);
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
}

function environment(): RunEnvironment {
  const [cpu] = cpus();
  const peer = JSON.parse(readFileSync(`${HERE}node_modules/@portkey-ai/gateway/package.json`, 'utf8'));
  const flags = [options.quick ? '--quick' : '', options.profile ? '--profile' : '']
    .filter(Boolean)
    .join(' ');
  return {
    startedAt: startedAt.toISOString(),
    command: flags ? `npm run bench -- ${flags}` : 'npm run bench',
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: HERE, encoding: 'utf8' }).trim(),
    machine: `${cpus().length} × ${cpu?.model.trim()}`,
    system: `${platform()} ${release()}, ${arch()}`,
    node: process.version,
    peer: `${peer.name} ${peer.version}`,
    loadAverage,
    apart,
    inMemory: hasMemoryFolder,
    stolen: stolen(),
    minutes: (Date.now() - startedAt.getTime()) / 60_000,
  };
}

function report(results: Results): void {
  const text = markdown(results);
  process.stdout.write(text);
  if (options.only) return;
  writeFileSync(`${HERE}results.md`, text);
  writeFileSync(`${HERE}results.json`, `${JSON.stringify(results, null, 1)}\n`);
  const missed = targets(results).filter((target) => !isReached(target));
  say(
    missed.length === 0 ? 'Every number is reached.' : `Missed: ${missed.map(({ what }) => what).join('; ')}`,
  );
}
