interface Made {
  readonly id: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** What was made in the same millisecond comes by id. */
export function newestFirst<Item extends Made>(items: readonly Item[]): Item[] {
  return items.toSorted((one, other) => (orderOf(one) < orderOf(other) ? 1 : -1));
}

const orderOf = ({ createdAt, id }: Made) => `${createdAt}#${id}`;
