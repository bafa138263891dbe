import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';

/** A tool's arguments: an object at the top, said so. */
export function objectSchema(schema: Json | null, tool: string): Json | Fault {
  if (schema === null || Object.keys(schema).length === 0) return { type: 'object', properties: {} };
  if (schema.type !== undefined && schema.type !== null && !hasType(schema, 'object'))
    return fault(['tools'], `The schema of "${tool}" must be an object's ("type": "object").`);
  return { ...schema, type: 'object' };
}

function hasType(schema: Json, type: string): boolean {
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type));
}
