import type { MetadataValue, RequestRecord } from '@weir/core';

/**
 * What the log keeps of each field, in characters. A caller chooses the length of most of them; with every one at its
 * limit and every character escaped sixfold in JSON, the item stays under DynamoDB's 400 KB.
 */
const LONGEST = {
  path: 4_096,
  name: 512,
  message: 2_048,
  note: 512,
  metadataKey: 256,
  metadataValue: 1_024,
} as const;
const MOST = { metadata: 16, attempts: 20, warnings: 20 } as const;

const SHORTENED = 'Some fields were longer than the log keeps and were shortened.';

/** The record with every field short enough to be stored; says so in its warnings when something was cut. */
export function boundedRecord(record: RequestRecord): RequestRecord {
  let cut = false;
  const clip = (text: string, longest: number) => {
    if (text.length <= longest) return text;
    cut = true;
    return `${text.slice(0, longest - 1)}…`;
  };
  const clipNullable = (text: string | null, longest: number) => (text === null ? null : clip(text, longest));
  const first = <T>(all: readonly T[], most: number) => {
    if (all.length > most) cut = true;
    return all.slice(0, most);
  };

  const metadata = first(Object.entries(record.metadata), MOST.metadata).map(
    ([key, value]): [string, MetadataValue] => [
      clip(key, LONGEST.metadataKey),
      typeof value === 'string' ? clip(value, LONGEST.metadataValue) : value,
    ],
  );
  const bounded = {
    ...record,
    eventId: clip(record.eventId, LONGEST.name),
    method: clip(record.method, LONGEST.name),
    path: clip(record.path, LONGEST.path),
    provider: clipNullable(record.provider, LONGEST.name),
    model: clipNullable(record.model, LONGEST.name),
    modelType: clipNullable(record.modelType, LONGEST.name),
    requestContentType: clipNullable(record.requestContentType, LONGEST.name),
    responseContentType: clipNullable(record.responseContentType, LONGEST.name),
    userAgent: clipNullable(record.userAgent, LONGEST.name),
    outcome:
      record.outcome.kind === 'answered'
        ? record.outcome
        : { ...record.outcome, message: clip(record.outcome.message, LONGEST.message) },
    metadata: Object.fromEntries(metadata),
    attempts: first(record.attempts, MOST.attempts).map((attempt) => ({
      ...attempt,
      provider: clip(attempt.provider, LONGEST.note),
      failure: clipNullable(attempt.failure, LONGEST.note),
    })),
    warnings: first(record.warnings, MOST.warnings).map((warning) => clip(warning, LONGEST.note)),
  };
  return cut ? { ...bounded, warnings: [...bounded.warnings, SHORTENED] } : bounded;
}
