import * as z from 'zod';

/** What the host tells the engine process once, after it started. */
export const startMessage = z.strictObject({
  type: z.literal('start'),
  /** Folder of all local state; the engines keep theirs below it. */
  folder: z.string(),
  region: z.string(),
  accountId: z.string(),
  /** How long to wait for a predecessor that still holds the folder. */
  lockWaitMs: z.number(),
});

export const hostMessage = z.discriminatedUnion('type', [
  startMessage,
  z.strictObject({ type: z.literal('stop') }),
]);

/** Base URLs, `http://127.0.0.1:<port>`, no trailing slash. */
const endpointsSchema = z.strictObject({
  dynamodb: z.string(),
  /** One server answers for both. */
  sqs: z.string(),
  s3: z.string(),
  secretsManager: z.string(),
  kms: z.string(),
  /** OpenAI-compatible base URL of the demo provider. */
  demoProvider: z.string(),
});

export const engineMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), endpoints: endpointsSchema }),
  z.strictObject({ type: z.literal('locked') }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
]);

export type EngineEndpoints = z.infer<typeof endpointsSchema>;
export type StartMessage = z.infer<typeof startMessage>;
export type HostMessage = z.infer<typeof hostMessage>;
export type EngineMessage = z.infer<typeof engineMessage>;
