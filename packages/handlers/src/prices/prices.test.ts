import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PriceBook } from '@weir/core/pricing';
import { MemoryPriceBooks } from '@weir/stores/memory';
import { ManualClock } from '@weir/testkit/stores';
import { convertSource } from './convert-source.ts';
import { createPricesHandler } from './create-handler.ts';
import { fetchSource } from './fetch-source.ts';

const provider = (models: readonly object[], more: object = {}) => [{ id: 'openai', models, ...more }];
const model = (id: string, prices: unknown, match: object = { equals: id }) => ({ id, match, prices });
const linesOf = (source: unknown) => {
  const { book, notes } = convertSource(source, 'test', '2026-01-01');
  return { lines: book.providers.openai?.models, notes };
};

describe('a converted source', () => {
  it.each<[string, unknown, string]>([
    ['rates', { input_mtok: 1.25, output_mtok: 10, cache_read_mtok: 0.125 }, 'm||i1.25 r0.125 o10'],
    ['small numbers', { input_mtok: 1e-7 }, 'm||i0.0000001'],
    ['large numbers', { input_mtok: 600 }, 'm||i600'],
    [
      'fees by the thousand',
      { input_mtok: 1, web_searches_kcount: 10, requests_kcount: 12 },
      'm||i1 s0.01 q0.012',
    ],
    [
      'tiers',
      { input_mtok: { base: 1, tiers: [{ start: 200000, price: 2 }] }, output_mtok: 3 },
      'm||i1 o3>200000 i2 o3',
    ],
    [
      'dates',
      [
        { prices: { input_mtok: 1 } },
        { constraint: { type: 'start_date', start_date: '2026-02-03' }, prices: { input_mtok: 2 } },
        { constraint: { start_time: '00:30:00Z', end_time: '16:30:00Z' }, prices: { input_mtok: 3 } },
      ],
      'm||i1|@2026-02-03 i2|@00:30-16:30 i3',
    ],
    ['hours of audio, which are not counted', { audio_hours: 1 }, 'm||?'],
    ['nothing at all, which is not known to be free', {}, 'm||?'],
  ])('has %s', (_, prices, line) => {
    expect(linesOf(provider([model('m', prices)])).lines).toEqual([line]);
  });

  it('has models that are free by name', () => {
    expect(linesOf(provider([model('m:free', {})])).lines).toEqual(['m:free||i0 o0']);
  });

  it.each([
    [{ or: [{ equals: 'A' }, { starts_with: 'b' }, { ends_with: 'c' }, { contains: 'd' }] }, '=a ^b $c *d'],
    [{ regex: '^a\\.b-\\d{4}-\\d{2}$' }, '~a.b-####-##'],
    [{ regex: '^a-\\d' }, '~a-#…'],
    [{ and: [{ starts_with: 'a' }, { regex: '^(?!.*-[tT][tT][sS](?:$|-))' }] }, '^a&!*-tts-&!$-tts'],
  ])('has the rule %j as %s', (match, rule) => {
    expect(linesOf(provider([model('m', { input_mtok: 1 }, match)])).lines).toEqual([`m|${rule}|i1`]);
  });

  it.each([
    [{ regex: '^(a+)+$' }],
    [{ regex: 'a' }],
    [{ regex: '^a.*$' }],
    [{ equals: 'a b' }],
    [{ equals: 'a|b' }],
    [{ sounds_like: 'a' }],
  ])('leaves out a model whose rule it cannot put into words, and says so: %j', (match) => {
    const { lines, notes } = linesOf(
      provider([model('m', { input_mtok: 1 }, match), model('n', { input_mtok: 2 })]),
    );
    expect(lines).toEqual(['n||i2']);
    expect(notes).toHaveLength(1);
  });

  it.each([null, {}, [], 'x', [{ id: 'openai' }], [{ id: 'nobody', models: [] }]])(
    'is none: %j',
    (source) => {
      expect(() => convertSource(source, 'test', '2026-01-01')).toThrow();
    },
  );

  it.each([{ input_mtok: -1 }, { input_mtok: '1' }, { input_mtok: 1e9 }])(
    'has no price like %j',
    (prices) => {
      const { lines, notes } = linesOf(provider([model('m', prices)]));
      expect([lines, notes]).toEqual([[], ['openai: a model of an unknown shape']]);
    },
  );
});

describe('the function prices', () => {
  let server: Server;
  let answer: RequestListener;
  let url: string;
  let store: MemoryPriceBooks;
  let lines: object[];
  const clock = new ManualClock();
  const source = provider(['a', 'b', 'c', 'd'].map((id) => model(id, { input_mtok: 1, output_mtok: 2 })));
  const bundled = convertSource(source, 'genai-prices-0', '2025-01-01').book;
  const json =
    (value: unknown): RequestListener =>
    (_, response) =>
      response.end(JSON.stringify(value));

  beforeEach(async () => {
    store = new MemoryPriceBooks();
    lines = [];
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const run = (event: unknown = { source: 'aws.events' }) =>
    createPricesHandler({
      store,
      fetchSource: () => fetchSource(url),
      bundled,
      clock,
      report: (line) => lines.push(line),
    })(event, {} as never);
  const changed = (prices: object) =>
    provider([...(source[0]?.models ?? []).slice(0, 3), model('d', prices)]);

  it('keeps the shipped book and changes nothing while prices are the same', async () => {
    answer = json(source);
    await run();
    expect(await store.current()).toBeNull();
    expect(await store.read(bundled.name)).toEqual(bundled);
    expect(lines).toMatchObject([{ event: 'prices are what they were' }]);
  });

  it('makes new prices the current book, named by their day and contents, and the old ones stay', async () => {
    answer = json(changed({ input_mtok: 1.5, output_mtok: 2 }));
    await run();
    const first = await store.current();
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    expect(first).toMatchObject({
      date: day,
      name: expect.stringMatching(new RegExp(`^genai-prices-${day}\\+[0-9a-f]{8}$`)),
    });
    answer = json(changed({ input_mtok: 1.6, output_mtok: 2 }));
    await run();
    const second = await store.current();
    expect(second?.name).not.toBe(first?.name);
    const [old, now] = [await store.read(first?.name ?? ''), await store.read(second?.name ?? '')];
    expect([old, now].map((book) => book?.providers.openai?.models.at(-1))).toEqual([
      'd||i1.5 o2',
      'd||i1.6 o2',
    ]);
    expect(now && new PriceBook(now).priceOf('openai', 'd', 0)?.entry).toBe('openai/d');
  });

  it('refuses a source that has lost more than half of the models', async () => {
    answer = json(provider([model('a', { input_mtok: 1, output_mtok: 2 })]));
    await expect(run()).rejects.toThrow('it has lost 3 of 5 models');
    expect(await store.current()).toBeNull();
  });

  it.each([
    { input_mtok: 101, output_mtok: 2 },
    { input_mtok: 0.009, output_mtok: 2 },
    { input_mtok: 0, output_mtok: 2 },
  ])('refuses a price that changed more than a hundred times without a date: %j', async (prices) => {
    answer = json(changed(prices));
    await expect(run()).rejects.toThrow(
      'the price of openai/d has changed more than 100 times, without a date',
    );
    expect(await store.current()).toBeNull();
  });

  it('takes such a price when it has a date', async () => {
    const dated = [
      { prices: { input_mtok: 1, output_mtok: 2 } },
      { constraint: { start_date: '2027-01-01' }, prices: { input_mtok: 500, output_mtok: 2 } },
    ];
    answer = json(
      provider([...(source[0]?.models ?? []).slice(0, 3), { ...model('d', null), prices: dated }]),
    );
    await run();
    expect(await store.current()).not.toBeNull();
  });

  it.each<[string, RequestListener, string]>([
    ['is not there', (_, response) => response.writeHead(404).end(), 'answered 404'],
    ['is elsewhere', (_, response) => response.writeHead(302, { location: '/x' }).end(), 'fetch failed'],
    ['is no JSON', (_, response) => response.end('<html>'), 'is not JSON'],
    ['is something else', (_, response) => response.end('{"a":1}'), 'not a list of providers'],
    ['never ends', (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, 32)), 'has more than'],
  ])('goes on with what it has when the source %s', async (_, listener, why) => {
    answer = listener;
    await expect(run()).rejects.toThrow(why);
    expect(await store.current()).toBeNull();
  });

  it('does nothing where no source is named', async () => {
    const ports = { store, fetchSource: null, bundled, clock, report: (line: object) => lines.push(line) };
    await createPricesHandler(ports)({ source: 'aws.events' }, {} as never);
    expect(store.calls).toBe(0);
  });

  it('does nothing for anybody but its schedule', async () => {
    answer = json(source);
    await expect(run({ source: 'me' })).rejects.toThrow('not the schedule');
    expect(store.calls).toBe(0);
  });
});
