import { type CustomProvider, Refusal } from '@weir/core';
import * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed, succeedWithPage } from '../http/answer.ts';
import { pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewProvider } from './provider-view.ts';

const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')
  .exactOptional();

const ORDERS = ['name', 'slug', 'position', 'created_at', 'modified_at'] as const;
const ORDER = new RegExp(`^(${ORDERS.join('|')})(?:\\s+(asc|desc))?$`, 'i');

const listQuery = z.strictObject({
  ...pageFields(100),
  enable: flag,
  beta: flag,
  search: z.string().default(''),
  order_by: z
    .string()
    .regex(ORDER, `must be one of ${ORDERS.join(', ')}, with ASC or DESC behind it`)
    .exactOptional(),
});

type Compare = (one: CustomProvider, other: CustomProvider) => number;

/** The account's custom providers: by position and then name, unless the caller wants another order. */
export async function listCustomProviders(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const { enable, beta, search, order_by } = query;
  const wanted = search.toLowerCase();
  const found = (await providersOf(call, ports)).filter(
    (provider) =>
      (enable === undefined || provider.enable === enable) &&
      (beta === undefined || provider.beta === beta) &&
      [provider.id, provider.name, provider.slug].some((text) => text.toLowerCase().includes(wanted)),
  );
  const { rows, info } = slicePage(found.sort(orderOf(order_by)), query);
  const total_pages = Math.ceil(info.total_count / info.per_page);
  return succeedWithPage(
    rows.map((provider) => viewProvider(call.account, provider)),
    { ...info, total_pages },
  );
}

export async function getCustomProvider(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const provider = (await providersOf(call, ports)).find(({ id }) => id === call.parameters.id);
  return provider ? succeed(viewProvider(call.account, provider)) : new Refusal('customProviderNotFound');
}

async function providersOf({ account }: Call, { accounts }: ManagementPorts): Promise<CustomProvider[]> {
  return [...((await accounts.snapshot(account))?.customProviders ?? [])];
}

const byPosition: Compare = (one, other) => one.position - other.position || byText('name')(one, other);

function orderOf(order: string | undefined): Compare {
  const [, field, direction] = ORDER.exec(order ?? '') ?? [];
  const known = ORDERS.find((name) => name === field?.toLowerCase());
  if (known === undefined) return byPosition;
  const compare = known === 'position' ? byPosition : byText(known);
  return direction?.toLowerCase() === 'desc' ? (one, other) => compare(other, one) : compare;
}

/** The id decides between equals, so that pages do not overlap. */
const byText =
  (field: Exclude<(typeof ORDERS)[number], 'position'>): Compare =>
  (one, other) =>
    compareText(one[field], other[field]) || compareText(one.id, other.id);

const compareText = (one: string, other: string) => (one === other ? 0 : one < other ? -1 : 1);
