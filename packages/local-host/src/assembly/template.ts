import * as z from 'zod';
import { Unsupported } from './unsupported.ts';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
  Metadata: z.looseObject({ 'aws:cdk:path': z.string().optional() }).optional(),
});

/** Sections that describe the deployment, not the system. */
const NOT_READ = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Outputs', 'Rules'];

export const templateSchema = z.looseObject({
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resource),
});

/** The sections of a CloudFormation template that this host reads. */
export type Template = z.infer<typeof templateSchema>;

/** @throws {Unsupported} for a section that would make another system of it, such as `Transform`. */
export function parseTemplate(document: unknown, stackName: string): Template {
  const known = new Set([...NOT_READ, ...Object.keys(templateSchema.shape)]);
  const unknown = Object.keys(Object(document)).find((section) => !known.has(section));
  if (unknown !== undefined) throw new Unsupported(stackName, `the section ${unknown}`);
  return templateSchema.parse(document);
}

/** A resource as the template declares it, its properties still unresolved. */
export interface Declaration {
  readonly logicalId: string;
  readonly type: string;
  /** The construct path where CDK left one, else the logical id: what error messages name. */
  readonly path: string;
  readonly properties: Readonly<Record<string, unknown>>;
}
