import { resource, type Template } from '../synthesise-for-test.ts';

/** What a function may do to what, in words: `{ 'RecordsQueue': ['sqs:SendMessage'] }`. */
export type Permissions = Readonly<Record<string, readonly string[]>>;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Reads a function's role. Statements for the same target are merged.
 * @throws at anything that it cannot put into words, so that nothing goes by unseen.
 */
export function permissionsOf(template: Template, functionId: string): Permissions {
  const { Role } = resource(template, functionId).Properties as {
    Role: { 'Fn::GetAtt': readonly [string, string] };
  };
  const { Policies } = resource(template, Role['Fn::GetAtt'][0]).Properties as {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
  const permissions = new Map<string, Set<string>>();
  for (const { Effect, Action, Resource, Condition } of Policies.flatMap((p) => p.PolicyDocument.Statement)) {
    if (Effect !== 'Allow') throw new Error(`Unexpected effect ${Effect}`);
    for (const target of Array.isArray(Resource) ? Resource : [Resource]) {
      const words = inWords(functionId, target) + conditionInWords(Condition);
      const actions = permissions.get(words) ?? new Set();
      for (const action of [Action].flat()) actions.add(action);
      permissions.set(words, actions);
    }
  }
  return Object.fromEntries([...permissions].map(([target, actions]) => [target, [...actions].sort()]));
}

function inWords(functionId: string, target: unknown): string {
  const text = JSON.stringify(target);
  const whole = /^{"Fn::GetAtt":\["(\w+)","Arn"\]}$|^{"Ref":"(\w+)"}$/.exec(text);
  const id = whole?.[1] ?? whole?.[2];
  if (id !== undefined) return id.startsWith(`${functionId}Log`) ? 'its log group' : id;
  const part = /^{"Fn::Join":\["",\[{"Fn::GetAtt":\["(\w+)","Arn"\]},"(\/[\w/*-]+)"\]\]}$/.exec(text);
  if (part) return `${part[1]}${part[2]}`;
  const named =
    /^{"Fn::Join":\["",\["arn:",{"Ref":"AWS::Partition"},":secretsmanager:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":secret:([\w/*-]+)"\]\]}$/.exec(
      text,
    );
  if (named) return `secrets named ${named[1]}`;
  const model =
    /^{"Fn::Join":\["",\["arn:",{"Ref":"AWS::Partition"},":bedrock:\*:(?::|",{"Ref":"AWS::AccountId"},":)([\w-]+\/\*)"\]\]}$/.exec(
      text,
    );
  if (model) return `Bedrock’s ${model[1]}`;
  throw new Error(`Unexpected resource ${text}`);
}

function conditionInWords(condition: Statement['Condition']): string {
  if (condition === undefined) return '';
  const text = JSON.stringify(condition);
  const service =
    /^{"StringEquals":{"kms:ViaService":{"Fn::Join":\["",\["(\w+)\.",{"Ref":"AWS::Region"},"\.amazonaws\.com"\]\]}}}$/.exec(
      text,
    );
  if (service) return ` through ${service[1]}`;
  const bound =
    /^{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":(\[[^\]]*\])},"Null":(\{[^}]*\})}$/.exec(
      text,
    );
  if (bound) {
    const names = JSON.parse(bound[1] ?? '[]') as readonly string[];
    // Without the second half, a request bound to less would pass.
    const needed = Object.fromEntries(names.map((name) => [`kms:EncryptionContext:${name}`, 'false']));
    if (JSON.stringify(needed) === bound[2]) return ` bound to ${names.join(', ')}`;
  }
  const keys = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  // Without the second half, a request that names no key at all would pass.
  if (keys !== undefined && condition.Null?.['dynamodb:LeadingKeys'] === 'false') {
    return `, keys like ${[keys].flat().join(', ')}`;
  }
  throw new Error(`Unexpected condition ${text}`);
}
