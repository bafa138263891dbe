import type { JsonValue } from '../../gateway/json-value.ts';
import { header } from '../../http/header-map.ts';
import type { RoutedRequest } from '../../ports/routing.ts';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { type FieldPath, isCredentialHeader } from '../field-path.ts';
import { isForbiddenName } from '../forbidden-name.ts';
import { isDeeperThan } from './json-depth.ts';

type Members = Readonly<Record<string, JsonValue>>;

/** A request as the fields that elements look at. The body is parsed once, and only when somebody looks at it. */
export class RequestFields {
  readonly #request: RoutedRequest;
  /** Undefined: not looked at yet. Null: it has no fields. */
  #body: JsonValue | undefined;

  constructor(request: RoutedRequest) {
    this.#request = request;
  }

  /** Undefined: there is none. Of a header with several values, the first. */
  read(path: FieldPath): JsonValue | undefined {
    const { metadata, headers } = this.#request;
    switch (path.kind) {
      case 'metadata':
        return ownMember(metadata, path.key);
      case 'headers':
        return isCredentialHeader(path.name) ? undefined : header(headers, path.name);
      case 'body':
        if (this.#body === undefined) this.#body = readBody(this.#request.body);
        return memberAt(this.#body, path.names);
    }
  }
}

function memberAt(body: JsonValue, names: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = isArray(value) ? entryOf(value, name) : ownMember(value, name);
  }
  return value;
}

const isArray = (value: Members | readonly JsonValue[]): value is readonly JsonValue[] =>
  Array.isArray(value);

const entryOf = (values: readonly JsonValue[], name: string) =>
  /^\d{1,9}$/.test(name) ? values[Number(name)] : undefined;

const ownMember = (members: Members, name: string) =>
  Object.hasOwn(members, name) && !isForbiddenName(name) ? members[name] : undefined;

/** Null where it is no JSON object, or one so deep that comparing its members could run out of stack. */
function readBody(bytes: Uint8Array): JsonValue {
  if (isDeeperThan(bytes, ROUTE_BOUNDS.bodyDepth)) return null;
  try {
    const body: JsonValue = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    return typeof body === 'object' && !Array.isArray(body) ? body : null;
  } catch {
    // What is no JSON has no fields: the provider, or whoever reads the body next, says what is wrong with it.
    return null;
  }
}
