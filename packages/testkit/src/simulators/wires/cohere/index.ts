import type { Wire } from '../../wire.ts';
import { hear } from './hear.ts';
import { answer, cohereError, stream } from './speak.ts';

/** Cohere's chat, version 2 (docs.cohere.com/v2/reference/chat). */
export const cohereWire: Wire = {
  name: 'cohere',
  limits: {
    'problem-kind': 'its errors are sentences',
    refusal: 'its models refuse in plain text: there is no field for it',
    blocked: 'its finish reasons know no filter',
    'reasoning-count': 'it does not count reasoning apart',
  },
  hear,
  whole: (script) => ({ body: answer(script) }),
  stream,
  error: cohereError,
};
