import { NO_VALUE, resolve, type Scope } from './resolve.ts';
import type { Template } from './template.ts';
import { Unsupported } from './unsupported.ts';

/** Where everything on this machine lives. The embedded engines sign and name their resources with the same values. */
export const REGION = 'us-east-1';
export const AWS_ACCOUNT = '000000000000';

/** Answers `Ref` and `Fn::GetAtt` for resources. */
export interface ResourceReferences {
  has(logicalId: string): boolean;
  ref(logicalId: string): unknown;
  /** Undefined: the resource has no such attribute here. */
  attribute(logicalId: string, attribute: string): unknown;
}

/** A template's parameters, pseudo parameters, conditions and mappings, over the resources that `resources` knows. */
export function templateScope(template: Template, stackName: string, resources: ResourceReferences): Scope {
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': AWS_ACCOUNT,
    'AWS::Region': REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${REGION}:${AWS_ACCOUNT}:stack/${stackName}/local`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
  const scope: Scope = {
    ref(name, where) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const parameter = template.Parameters[name];
      if (parameter) {
        if (parameter.Default === undefined || parameter.Type.startsWith('AWS::SSM::')) {
          throw new Unsupported(where, `the parameter ${name}, which has no value on this machine`);
        }
        return parameter.Default;
      }
      if (resources.has(name)) return resources.ref(name);
      throw new Unsupported(where, `Ref to ${name}, which the template does not declare`);
    },
    attribute(logicalId, attribute, where) {
      if (!resources.has(logicalId)) {
        throw new Unsupported(where, `Fn::GetAtt of ${logicalId}, which the template does not declare`);
      }
      const value = resources.attribute(logicalId, attribute);
      if (value === undefined) throw new Unsupported(where, `Fn::GetAtt ${logicalId}.${attribute}`);
      return value;
    },
    condition(name, where) {
      const condition = template.Conditions[name];
      if (condition === undefined)
        throw new Unsupported(where, `the condition ${name}, which is not declared`);
      return resolve(condition, scope, `Conditions.${name}`) === true;
    },
    mapping(map, top, second, where) {
      const value = template.Mappings[map]?.[top]?.[second];
      if (value === undefined) throw new Unsupported(where, `Fn::FindInMap ${map}.${top}.${second}`);
      return value;
    },
  };
  return scope;
}
