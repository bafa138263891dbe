import { describe, expect, test } from '@jest/globals';
import { NO_VALUE, resolve } from './resolve.ts';
import { templateScope } from './scope.ts';
import { templateSchema } from './template.ts';
import { Unsupported } from './unsupported.ts';

const template = templateSchema.parse({
  Parameters: {
    Size: { Type: 'Number', Default: 3 },
    Bare: { Type: 'String' },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
  },
  Mappings: { Sizes: { 'us-east-1': { memory: '512' } } },
  Conditions: {
    IsLocal: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    IsElsewhere: { 'Fn::Not': [{ Condition: 'IsLocal' }] },
    Both: { 'Fn::And': [{ Condition: 'IsLocal' }, { Condition: 'IsElsewhere' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsLocal' }, { Condition: 'IsElsewhere' }] },
  },
  Resources: {},
});

const scope = templateScope(template, 'Weir', {
  has: (id) => id === 'Queue',
  ref: (id) => `ref-of-${id}`,
  attribute: (id, name) => (name === 'Arn' ? `arn-of-${id}` : undefined),
});

const resolved = (value: unknown) => resolve(value, scope, 'Weir/Thing › Property');
/** A placeholder of `Fn::Sub`. */
const hole = (name: string) => `\${${name}}`;
const join = (separator: string, ...parts: unknown[]) => ({ 'Fn::Join': [separator, parts] });

const cases: ReadonlyArray<readonly [rule: string, value: unknown, expected: unknown]> = [
  ['Ref gives what the resource’s plugin says', { Ref: 'Queue' }, 'ref-of-Queue'],
  ['Ref to a parameter gives its default', { Ref: 'Size' }, 3],
  ['Ref to a pseudo parameter gives this machine’s value', { Ref: 'AWS::AccountId' }, '000000000000'],
  ['AWS::NoValue removes its property', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['AWS::NoValue removes its list element', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['Fn::GetAtt takes a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn-of-Queue'],
  ['Fn::GetAtt takes a dotted name', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn-of-Queue'],
  ['Fn::Join joins what it resolves', join('-', 'a', { Ref: 'Size' }, { Ref: 'Queue' }), 'a-3-ref-of-Queue'],
  [
    'Fn::Sub fills in references',
    { 'Fn::Sub': `${hole('AWS::Region')}/${hole('Queue')}/${hole('Queue.Arn')}` },
    'us-east-1/ref-of-Queue/arn-of-Queue',
  ],
  [
    'Fn::Sub fills in its own variables first',
    { 'Fn::Sub': [hole('Queue'), { Queue: { Ref: 'Size' } }] },
    '3',
  ],
  ['Fn::Sub leaves an escaped placeholder', { 'Fn::Sub': hole('!Queue') }, hole('Queue')],
  ['Fn::Select takes one', { 'Fn::Select': [1, ['a', { Ref: 'Queue' }]] }, 'ref-of-Queue'],
  ['Fn::Split cuts', { 'Fn::Split': ['/', join('/', 'a', 'b')] }, ['a', 'b']],
  ['Fn::Base64 encodes', { 'Fn::Base64': join('', 'h', 'i') }, 'aGk='],
  ['Fn::GetAZs gives three zones', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
  ['Fn::Length counts', { 'Fn::Length': ['a', 'b'] }, 2],
  ['Fn::ToJsonString writes JSON', { 'Fn::ToJsonString': { a: { Ref: 'Size' } } }, '{"a":3}'],
  ['Fn::FindInMap looks up', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'memory'] }, '512'],
  ['Fn::If takes the first branch when the condition holds', { 'Fn::If': ['IsLocal', 'yes', 'no'] }, 'yes'],
  [
    'Fn::If takes the second branch when it does not',
    { 'Fn::If': ['IsElsewhere', 'yes', { Ref: 'Size' }] },
    3,
  ],
  ['Fn::And needs all', { 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
  ['Fn::Or needs one', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
  [
    'a branch that is not taken is not resolved',
    { 'Fn::If': ['IsLocal', 'yes', { 'Fn::ImportValue': 'x' }] },
    'yes',
  ],
  ['values without intrinsics stay', { a: [null, true, 1.5, 'x'] }, { a: [null, true, 1.5, 'x'] }],
  [
    'a property named Condition beside others is data',
    { Effect: 'Allow', Condition: { a: 1 } },
    { Effect: 'Allow', Condition: { a: 1 } },
  ],
];

test.each(cases)('%s', (_rule, value, expected) => {
  expect(resolved(value)).toEqual(expected);
});

test('AWS::NoValue alone is a mark that whoever asked can see', () => {
  expect(resolved({ Ref: 'AWS::NoValue' })).toBe(NO_VALUE);
});

describe('what this host cannot resolve is refused with the path of the attribute', () => {
  const refused: ReadonlyArray<readonly [value: unknown, what: RegExp]> = [
    [{ 'Fn::ImportValue': 'x' }, /Fn::ImportValue/],
    [{ 'Fn::Transform': {} }, /Fn::Transform/],
    [{ 'Fn::Cidr': ['10.0.0.0/8', 1, 1] }, /Fn::Cidr/],
    [{ Ref: 'Nothing' }, /Ref to Nothing/],
    [{ Ref: 'Bare' }, /parameter Bare/],
    [{ Ref: 'BootstrapVersion' }, /parameter BootstrapVersion/],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /Queue\.Colour/],
    [{ 'Fn::GetAtt': ['Nothing', 'Arn'] }, /Nothing/],
    [{ 'Fn::FindInMap': ['Sizes', 'mars', 'memory'] }, /Sizes\.mars\.memory/],
    [{ 'Fn::If': ['Unknown', 1, 2] }, /condition Unknown/],
    [{ 'Fn::Select': [5, ['a']] }, /no item 5/],
    [{ 'Fn::Join': ['', [{ a: 1, b: 2 }]] }, /not text/],
    ['{{resolve:ssm:/a/b}}', /dynamic references/],
    [{ 'Fn::Sub': `{{resolve:secretsmanager:${hole('Queue')}}}` }, /dynamic references/],
  ];

  test.each(refused)('%j', (value, what) => {
    expect(() => resolved({ inner: value })).toThrow(Unsupported);
    expect(() => resolved({ inner: value })).toThrow(/^unsupported: Weir\/Thing › Property\.inner: /);
    expect(() => resolved({ inner: value })).toThrow(what);
  });
});
