import type { RouteElement } from '../route.ts';
import { budget, count, end, model, split, start, when } from './elements.ts';
import type { World } from './world.ts';

/** A graph, what it meets, and the way that a request takes through it. */
export interface RouteCase {
  readonly rule: string;
  readonly elements: readonly RouteElement[];
  readonly world?: World;
  readonly path: string;
  /** Who is called, with the budgets that pay. */
  readonly calls: readonly string[];
}

const plan = when('c', { 'metadata.plan': 'paid' }, 'a', 'b');
const two = [start('c'), plan, model('a'), model('b'), end()];
const asked = (conditions: Parameters<typeof when>[1]) => [
  start('c'),
  when('c', conditions, 'a', 'b'),
  model('a'),
  model('b'),
  end(),
];
const yes = { path: 's:next c:true a:success e:-', calls: ['a'] };
const no = { path: 's:next c:false b:success e:-', calls: ['b'] };

const conditions: readonly RouteCase[] = [
  { rule: 'a bare value is equality', elements: two, world: { metadata: { plan: 'paid' } }, ...yes },
  { rule: 'another value is not equal', elements: two, world: { metadata: { plan: 'free' } }, ...no },
  { rule: 'a missing field is not equal to a text', elements: two, ...no },
  { rule: 'a missing field is null', elements: asked({ 'metadata.plan': null }), ...yes },
  { rule: '$eq', elements: asked({ 'metadata.n': { $eq: 5 } }), world: { metadata: { n: 5 } }, ...yes },
  {
    rule: '$eq does not take a text for a number',
    elements: asked({ 'metadata.n': { $eq: 5 } }),
    world: { metadata: { n: '5' } },
    ...no,
  },
  { rule: '$ne holds for a missing field', elements: asked({ 'metadata.plan': { $ne: 'free' } }), ...yes },
  {
    rule: '$in',
    elements: asked({ 'metadata.plan': { $in: ['pro', 'max'] } }),
    world: { metadata: { plan: 'max' } },
    ...yes,
  },
  { rule: '$in with null takes a missing field', elements: asked({ 'metadata.x': { $in: [null] } }), ...yes },
  {
    rule: '$nin',
    elements: asked({ 'metadata.plan': { $nin: ['pro', 'max'] } }),
    world: { metadata: { plan: 'max' } },
    ...no,
  },
  {
    rule: '$gt and $lte join',
    elements: asked({ 'body.max_tokens': { $gt: 10, $lte: 20 } }),
    world: { body: { max_tokens: 20 } },
    ...yes,
  },
  {
    rule: '$gte and $lt join',
    elements: asked({ 'body.max_tokens': { $gte: 10, $lt: 20 } }),
    world: { body: { max_tokens: 20 } },
    ...no,
  },
  { rule: 'nothing is greater than a missing field', elements: asked({ 'body.n': { $lt: 5 } }), ...no },
  {
    rule: 'texts are ordered as texts',
    elements: asked({ 'headers.x-version': { $gte: '2026-01' } }),
    world: { headers: [['X-Version', '2026-11']] },
    ...yes,
  },
  {
    rule: '$exists finds a null',
    elements: asked({ 'body.user': { $exists: true } }),
    world: { body: { user: null } },
    ...yes,
  },
  { rule: '$exists: false', elements: asked({ 'body.user': { $exists: false } }), ...yes },
  {
    rule: '$not turns a field’s operators round',
    elements: asked({ 'metadata.n': { $not: { $gt: 3 } } }),
    world: { metadata: { n: 4 } },
    ...no,
  },
  { rule: '$not turns a condition round', elements: asked({ $not: { 'metadata.plan': 'paid' } }), ...yes },
  {
    rule: '$or needs one',
    elements: asked({ $or: [{ 'metadata.plan': 'paid' }, { 'metadata.staff': true }] }),
    world: { metadata: { staff: true } },
    ...yes,
  },
  {
    rule: '$and needs all',
    elements: asked({ $and: [{ 'metadata.plan': 'paid' }, { 'metadata.staff': true }] }),
    world: { metadata: { staff: true } },
    ...no,
  },
  {
    rule: '$nor needs none',
    elements: asked({ $nor: [{ 'metadata.plan': 'paid' }, { 'metadata.staff': true }] }),
    world: { metadata: { staff: true } },
    ...no,
  },
  {
    rule: '$regex searches within a text',
    elements: asked({ 'body.messages.0.content': { $regex: '(?i)translate' } }),
    world: { body: { messages: [{ content: 'Please Translate this' }] } },
    ...yes,
  },
  {
    rule: '$regex with $options',
    elements: asked({ 'headers.user-agent': { $regex: '^curl/', $options: 'i' } }),
    world: { headers: [['user-agent', 'CURL/8']] },
    ...yes,
  },
  {
    rule: 'names of headers have no case, and the first value counts',
    elements: asked({ 'headers.X-Team': 'red' }),
    world: {
      headers: [
        ['x-team', 'red'],
        ['x-team', 'blue'],
      ],
    },
    ...yes,
  },
  {
    rule: 'one value of an array is enough to be equal',
    elements: asked({ 'body.modalities': 'audio' }),
    world: { body: { modalities: ['text', 'audio'] } },
    ...yes,
  },
  {
    rule: 'objects are compared whole',
    elements: asked({ 'body.response_format': { type: 'json_object' } }),
    world: { body: { response_format: { type: 'json_object' } } },
    ...yes,
  },
  {
    rule: 'a body that is no JSON has no fields',
    elements: asked({ 'body.model': { $exists: true } }),
    world: { body: Buffer.from('{"model":') },
    ...no,
  },
  {
    rule: 'a body that is an array has no fields',
    elements: asked({ 'body.0': { $exists: true } }),
    world: { body: [1] },
    ...no,
  },
  {
    rule: 'a key of metadata may hold dots',
    elements: asked({ 'metadata.team.name': 'red' }),
    world: { metadata: { 'team.name': 'red' } },
    ...yes,
  },
  { rule: 'an empty condition holds', elements: asked({}), ...yes },
];

const half = [start('p'), split('p', { '50%': 'a', else: 'b' }), model('a'), model('b'), end()];

const splits: readonly RouteCase[] = [
  {
    rule: 'a draw below a share takes its arm',
    elements: half,
    world: { draws: [0.4999] },
    path: 's:next p:50% a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'a draw of a share takes the next arm',
    elements: half,
    world: { draws: [0.5] },
    path: 's:next p:else b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'arms are in an order of their own, whatever order they are written in',
    elements: [
      start('p'),
      split('p', { else: 'c', '40%': 'b', '10%': 'a' }),
      model('a'),
      model('b'),
      model('c'),
      end(),
    ],
    world: { draws: [0.09] },
    path: 's:next p:10% a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'an arm of 0 % is never taken',
    elements: [start('p'), split('p', { '0%': 'a', '100%': 'b' }), model('a'), model('b'), end()],
    world: { draws: [0] },
    path: 's:next p:100% b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'shares may be decimal',
    elements: [start('p'), split('p', { '0.5%': 'a', '99.5%': 'b' }), model('a'), model('b'), end()],
    world: { draws: [0.0049] },
    path: 's:next p:0.5% a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'a sticky split draws for a request without the field',
    elements: [
      start('p'),
      split('p', { '50%': 'a', else: 'b' }, 'metadata.user'),
      model('a'),
      model('b'),
      end(),
    ],
    world: { draws: [0.9] },
    path: 's:next p:else b:success e:-',
    calls: ['b'],
  },
];

const limits: readonly RouteCase[] = [
  {
    rule: 'a count that admits leads to success',
    elements: [start('r'), count('r', 'a', 'b'), model('a'), model('b'), end()],
    path: 's:next r:success a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'a count that is over its limit leads to fallback',
    elements: [start('r'), count('r', 'a', 'b'), model('a'), model('b'), end()],
    world: { over: ['r'] },
    path: 's:next r:fallback b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'a count that is over its limit, without fallback, ends the way',
    elements: [start('r'), count('r', 'a'), model('a'), end()],
    world: { over: ['r'] },
    path: 's:next r:-',
    calls: [],
  },
  {
    rule: 'a budget pays the next model',
    elements: [start('r'), budget('r', 'a', 'b'), model('a'), model('b'), end()],
    path: 's:next r:success a:success e:-',
    calls: ['a from r'],
  },
  {
    rule: 'a budget that cannot carry the call leads to fallback, which it does not pay',
    elements: [start('r'), budget('r', 'a', 'b'), model('a'), model('b'), end()],
    world: { spent: ['r'] },
    path: 's:next r:success r:fallback b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'a budget that cannot carry the call, without fallback, ends the way',
    elements: [start('r'), budget('r', 'a'), model('a'), end()],
    world: { spent: ['r'] },
    path: 's:next r:success r:-',
    calls: [],
  },
  {
    rule: 'budgets on the way pay together',
    elements: [start('r'), budget('r', 'q'), budget('q', 'a'), model('a'), end()],
    path: 's:next r:success q:success a:success e:-',
    calls: ['a from r+q'],
  },
  {
    rule: 'going back to an earlier budget forgets the later ones',
    elements: [start('r'), budget('r', 'q', 'b'), budget('q', 'a'), model('a'), model('b'), end()],
    world: { spent: ['r'] },
    path: 's:next r:success q:success r:fallback b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'going back to a later budget keeps the earlier ones',
    elements: [start('r'), budget('r', 'q'), budget('q', 'a', 'b'), model('a'), model('b'), end()],
    world: { spent: ['q'] },
    path: 's:next r:success q:success q:fallback b:success e:-',
    calls: ['b from r'],
  },
  {
    rule: 'a budget pays for the fallbacks of the models behind it',
    elements: [start('r'), budget('r', 'a'), model('a', 'e', 'b'), model('b'), end()],
    world: { failing: { a: 'timeout' } },
    path: 's:next r:success a:fallback b:success e:-',
    calls: ['a from r', 'b from r'],
  },
  {
    rule: 'what was counted is not counted again on the way back',
    elements: [
      start('r'),
      budget('r', 'n', 'n2'),
      count('n', 'a'),
      split('n2', { '100%': 'n' }),
      model('a'),
      end(),
    ],
    world: { spent: ['r'] },
    path: 's:next r:success n:success r:fallback n2:100% n:success a:success e:-',
    calls: ['a'],
  },
];

const models: readonly RouteCase[] = [
  {
    rule: 'the shortest route calls one model',
    elements: [start('a'), model('a'), end()],
    path: 's:next a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'a model that fails leads to fallback',
    elements: [start('a'), model('a', 'e', 'b'), model('b'), end()],
    world: { failing: { a: 'status 503' } },
    path: 's:next a:fallback b:success e:-',
    calls: ['a', 'b'],
  },
  {
    rule: 'a model that fails without fallback ends the way',
    elements: [start('a'), model('a'), end()],
    world: { failing: { a: 'status 503' } },
    path: 's:next a:-',
    calls: ['a'],
  },
  {
    rule: 'fallbacks follow each other until one answers',
    elements: [start('a'), model('a', 'e', 'b'), model('b', 'e', 'c'), model('c'), end()],
    world: { failing: { a: 'timeout', b: 'status 429' } },
    path: 's:next a:fallback b:fallback c:success e:-',
    calls: ['a', 'b', 'c'],
  },
  {
    rule: 'success may lead to another model',
    elements: [start('a'), model('a', 'b'), model('b'), end()],
    path: 's:next a:success b:success e:-',
    calls: ['a', 'b'],
  },
  {
    rule: 'a fallback may lead to the end',
    elements: [start('a'), model('a', 'e', 'e'), end()],
    world: { failing: { a: 'timeout' } },
    path: 's:next a:fallback e:-',
    calls: ['a'],
  },
  {
    rule: 'a model that failed is not called again on the way back',
    elements: [
      start('r'),
      budget('r', 'a', 'p'),
      split('p', { '100%': 'a' }),
      model('a', 'e', 'b'),
      model('b'),
      end(),
    ],
    world: { failing: { a: 'timeout' }, spent: ['r@b'] },
    path: 's:next r:success a:fallback r:fallback p:100% a:fallback b:success e:-',
    calls: ['a from r', 'b'],
  },
  {
    rule: 'a condition behind a failed model still sees the request',
    elements: [
      start('a'),
      model('a', 'e', 'c'),
      when('c', { 'metadata.plan': 'paid' }, 'b', 'e'),
      model('b'),
      end(),
    ],
    world: { failing: { a: 'timeout' }, metadata: { plan: 'paid' } },
    path: 's:next a:fallback c:true b:success e:-',
    calls: ['a', 'b'],
  },
  {
    rule: 'a model that is passed over leads to its fallback, uncalled',
    elements: [start('a'), model('a', 'e', 'b'), model('b'), end()],
    world: { open: ['a'] },
    path: 's:next a:fallback b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'a model without a fallback is called, whoever would pass it over',
    elements: [start('a'), model('a', 'e', 'b'), model('b'), end()],
    world: { open: ['a', 'b'] },
    path: 's:next a:fallback b:success e:-',
    calls: ['b'],
  },
  {
    rule: 'a model that was passed over for nobody is called after all',
    elements: [
      start('a'),
      model('a', 'e', 'c'),
      when('c', { 'metadata.plan': 'paid' }, 'b', 'e'),
      model('b'),
      end(),
    ],
    world: { open: ['a'] },
    path: 's:next a:fallback c:false e:- a:success e:-',
    calls: ['a'],
  },
  {
    rule: 'a model that is called after all is paid from the budgets that led to it, and may fail',
    elements: [start('r'), budget('r', 'a'), model('a', 'e', 'b'), model('b'), end()],
    world: { open: ['a'], spent: ['r@b'], failing: { a: 'status 500' } },
    path: 's:next r:success a:fallback r:- a:fallback r:-',
    calls: ['a from r'],
  },
  {
    rule: 'a route may end without calling anybody',
    elements: [start('e'), end()],
    path: 's:next e:-',
    calls: [],
  },
];

export const ROUTE_CASES: readonly RouteCase[] = [...conditions, ...splits, ...limits, ...models];
