import * as z from 'zod';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
  Metadata: z.looseObject({ 'aws:cdk:path': z.string().optional() }).optional(),
});

/** The sections of a CloudFormation template that this host reads; the others describe the deployment, not the system. */
export const templateSchema = z.looseObject({
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resource),
});

export type Template = z.infer<typeof templateSchema>;

/** A resource as the template declares it, its properties still unresolved. */
export interface Declaration {
  readonly logicalId: string;
  readonly type: string;
  /** The construct path where CDK left one, else the logical id: what error messages name. */
  readonly path: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
