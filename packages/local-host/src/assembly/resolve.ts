import { Unsupported } from './unsupported.ts';

/** What the intrinsic functions of a template stand on. */
export interface Scope {
  /** `Ref`: a parameter, a pseudo parameter or a resource. */
  ref(name: string, where: string): unknown;
  /** `Fn::GetAtt`. */
  attribute(logicalId: string, attribute: string, where: string): unknown;
  condition(name: string, where: string): boolean;
  /** `Fn::FindInMap`. */
  mapping(map: string, top: string, second: string, where: string): unknown;
}

/** What `AWS::NoValue` resolves to: its property or list element disappears. */
export const NO_VALUE = Symbol('AWS::NoValue');

const GETATT_IN_SUB = /^([^.]+)\.(.+)$/;
const PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;

/**
 * Replaces every intrinsic function in `value` by what it stands for.
 * @param where construct path and attribute, for the message.
 * @throws {Unsupported} for an intrinsic that this host does not know.
 */
export function resolve(value: unknown, scope: Scope, where: string): unknown {
  if (typeof value === 'string') return literal(value, where);
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope, where)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && isIntrinsic(first[0])) return call(first[0], first[1], scope, where);
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, resolve(item, scope, `${where}.${key}`)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  );
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

/** Dynamic references fetch from a service while deploying, which nothing here could answer. */
function literal(text: string, where: string): string {
  if (text.includes('{{resolve:')) throw new Unsupported(where, 'dynamic references ({{resolve:…}})');
  return text;
}

function call(name: string, argument: unknown, scope: Scope, where: string): unknown {
  const resolved = () => resolve(argument, scope, where);
  const list = (length: number) => expectList(resolved(), name, length, where);
  const text = (value: unknown) => expectText(value, name, where);
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument), where);
    case 'Condition':
      // A plain property may carry this name too (an IAM statement does), and then it is data.
      return typeof argument === 'string' ? scope.condition(argument, where) : { Condition: resolved() };
    case 'Fn::GetAtt': {
      const [id, attribute] =
        typeof argument === 'string' ? splitOnce(argument) : expectList(argument, name, 2, where);
      return scope.attribute(text(id), text(resolve(attribute, scope, where)), where);
    }
    case 'Fn::Sub':
      return substitute(argument, scope, where);
    case 'Fn::Join': {
      const [separator, parts] = list(2);
      return expectList(parts, name, null, where).map(text).join(text(separator));
    }
    case 'Fn::Select': {
      const [index, items] = list(2);
      const item = expectList(items, name, null, where)[Number(index)];
      if (item === undefined) throw new Unsupported(where, `Fn::Select has no item ${String(index)}`);
      return item;
    }
    case 'Fn::Split': {
      const [separator, whole] = list(2);
      return text(whole).split(text(separator));
    }
    case 'Fn::Base64':
      return Buffer.from(text(resolved())).toString('base64');
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${text(scope.ref('AWS::Region', where))}${zone}`);
    case 'Fn::Length':
      return expectList(resolved(), name, null, where).length;
    case 'Fn::ToJsonString':
      return JSON.stringify(resolved());
    case 'Fn::FindInMap': {
      const [map, top, second] = list(3);
      return scope.mapping(text(map), text(top), text(second), where);
    }
    case 'Fn::If': {
      const [condition, yes, no] = expectList(argument, name, 3, where);
      return resolve(scope.condition(text(condition), where) ? yes : no, scope, where);
    }
    case 'Fn::Equals': {
      const [left, right] = list(2);
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::Not':
      return list(1)[0] !== true;
    case 'Fn::And':
      return expectList(resolved(), name, null, where).every((item) => item === true);
    case 'Fn::Or':
      return expectList(resolved(), name, null, where).some((item) => item === true);
    default:
      throw new Unsupported(where, `the intrinsic function ${name}`);
  }
}

/** `Fn::Sub`, with or without its own variables. `${!x}` stays as `${x}`. */
function substitute(argument: unknown, scope: Scope, where: string): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = resolve(variables, scope, where) as Record<string, unknown>;
  return literal(expectText(template, 'Fn::Sub', where), where).replace(PLACEHOLDER, (_, escaped, name) => {
    if (escaped) return `\${${name}}`;
    if (Object.hasOwn(own, name)) return expectText(own[name], 'Fn::Sub', where);
    const attribute = GETATT_IN_SUB.exec(name);
    const value =
      attribute?.[1] && attribute[2]
        ? scope.attribute(attribute[1], attribute[2], where)
        : scope.ref(name, where);
    return expectText(value, 'Fn::Sub', where);
  });
}

function splitOnce(text: string): string[] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function expectList(value: unknown, name: string, length: number | null, where: string): unknown[] {
  if (Array.isArray(value) && (length === null || value.length === length)) return value;
  throw new Unsupported(where, `${name} with these arguments`);
}

function expectText(value: unknown, name: string, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unsupported(where, `${name} of something that is not text`);
}
