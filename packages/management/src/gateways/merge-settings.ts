import { type GatewaySettings, type Ids, Refusal } from '@weir/core';
import type * as z from 'zod';
import type { GivenSettings, gatewayChangeBody } from './settings-body.ts';
import { nameRules } from './spend-limits.ts';

/** A snapshot is one stored item that the data plane reads whole; DynamoDB's own bound is 400 KB. */
const MAX_SETTINGS_BYTES = 256 * 1024;

/**
 * The settings that result when `given` is laid over `current`: an absent field stays, a null clears. Whole values are
 * replaced, never merged inside.
 */
export function mergeSettings(
  current: GatewaySettings,
  given: GivenSettings,
  ids: Pick<Ids, 'random'>,
): GatewaySettings | Refusal {
  const { dlp, spend_limits, ...plain } = given;
  const { dlp: currentDlp, ...rest } = current;
  const keptDlp = dlp === undefined ? currentDlp : dlp;
  const merged: GatewaySettings = {
    ...rest,
    ...plain,
    ...(spend_limits === undefined
      ? {}
      : { spend_limits: nameRules(spend_limits, current.spend_limits, ids) }),
    ...(keptDlp === undefined || keptDlp === null ? {} : { dlp: keptDlp }),
  };
  if (given.log_classification === true && !merged.collect_logs) {
    return fault('log_classification', 'needs collect_logs: logs that are not kept cannot be classified');
  }
  if (Buffer.byteLength(JSON.stringify(merged)) > MAX_SETTINGS_BYTES) {
    return new Refusal('invalidBody', {
      message: `The settings of a gateway may have at most ${MAX_SETTINGS_BYTES} bytes together.`,
      path: ['body'],
    });
  }
  // Turning collection off turns classification off with it (spec 3).
  return { ...merged, log_classification: merged.log_classification && merged.collect_logs };
}

/** The part of a parsed body that is settings. */
export function settingsIn(body: z.output<typeof gatewayChangeBody>): GivenSettings {
  const { id, is_default, created_at, modified_at, account_id, account_tag, internal_id, ...settings } = body;
  return settings;
}

function fault(field: string, message: string): Refusal {
  return new Refusal('invalidBody', { message: `${field}: ${message}`, path: ['body', field] });
}
