import type * as z from 'zod';
import type { Declaration } from '../assembly/template.ts';
import { Unsupported } from '../assembly/unsupported.ts';
import type { Machine } from '../machine.ts';

/** A resource whose properties are resolved and checked. */
export interface Resource<Properties> extends Declaration {
  readonly properties: Readonly<Record<string, unknown>> & Properties;
}

/** What a resource's references may depend on: names, never on what runs already. */
export interface Referenced extends Declaration {
  /** A property that names the resource, resolved; undefined when the template leaves the name to AWS. */
  name(property: string): string | undefined;
}

/**
 * How one type of resource works on this machine. `hello-world` in the tests is the smallest one: copy it for the next.
 */
export interface PluginDefinition<Properties> {
  /** CloudFormation types; a last `*` stands for any ending. */
  readonly types: readonly string[];
  /** The properties that have a meaning here. Strict: any other that is not in `ignores` stops the start. */
  readonly properties: z.ZodType<Properties>;
  /** Properties without a meaning on one machine, each with the reason. They are not even resolved. */
  readonly ignores: Readonly<Record<string, string>>;
  /** What `Ref` gives. */
  ref(resource: Referenced, machine: Machine): string;
  /** What `Fn::GetAtt` gives; undefined: not known here, which stops the start. */
  attribute(resource: Referenced, name: string, machine: Machine): unknown;
  /** Brings all resources of these types to life. What must end with the host is handed to `machine.onStop`. */
  start(resources: ReadonlyArray<Resource<Properties>>, machine: Machine): Promise<void>;
}

/** A {@link PluginDefinition} whose properties' type only it knows. */
export interface Plugin {
  readonly types: readonly string[];
  ref(resource: Referenced, machine: Machine): string;
  attribute(resource: Referenced, name: string, machine: Machine): unknown;
  start(declarations: readonly Declaration[], machine: Machine): Promise<void>;
}

export function definePlugin<Properties>(definition: PluginDefinition<Properties>): Plugin {
  const { types, ignores, properties: schema } = definition;
  return {
    types,
    ref: definition.ref,
    attribute: definition.attribute,
    async start(declarations, machine) {
      const resources = declarations.map((declaration) => {
        const honoured = Object.entries(declaration.properties).filter(
          ([key]) => !Object.hasOwn(ignores, key),
        );
        const resolved = Object.fromEntries(
          honoured.map(([key, value]) => [key, machine.resolve(value, `${declaration.path} › ${key}`)]),
        );
        return { ...declaration, properties: check(schema, resolved, declaration) };
      });
      await definition.start(resources as ReadonlyArray<Resource<Properties>>, machine);
    },
  };
}

function check<Properties>(schema: z.ZodType<Properties>, value: unknown, at: Declaration): Properties {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const attribute = [...(issue?.path ?? []), ...keys.slice(0, 1)].join('.');
  throw new Unsupported(`${at.path} (${at.type}) › ${attribute}`, issue?.message ?? 'invalid');
}
