import { createFirstAccount, type FirstAccountPorts } from '@weir/management';
import { causesOf, logFailure } from '../edge/failure-log.ts';
import {
  type CustomResourceEvent,
  customResourceEvent,
  type Outcome,
  toResponse,
} from './custom-resource.ts';
import { sendResponse } from './send-response.ts';

/** The custom resource that makes the first account. It says itself how it went; nothing else handles the token. */
export function createFirstAccountHandler(ports: FirstAccountPorts) {
  return async (given: unknown): Promise<void> => {
    const event = customResourceEvent.parse(given);
    const outcome = await provide(event, ports);
    await sendResponse(event.ResponseURL, toResponse(event, outcome));
  };
}

async function provide(event: CustomResourceEvent, ports: FirstAccountPorts): Promise<Outcome> {
  if (event.RequestType === 'Delete') {
    // Accounts and tokens are data: a stack that goes away leaves them in the tables, which it keeps as well.
    return { kind: 'done', physicalId: event.PhysicalResourceId ?? 'not-created' };
  }
  try {
    const account = await createFirstAccount(ports, event.RequestId);
    return { kind: 'done', physicalId: account, data: { AccountId: account } };
  } catch (error) {
    logFailure('first-account', error, event.RequestId);
    const names = [error instanceof Error ? error.name : 'unknown', ...causesOf(error)].join(' < ');
    return {
      kind: 'failed',
      reason: `The first account could not be made (${names}). The log of the function says more.`,
    };
  }
}
