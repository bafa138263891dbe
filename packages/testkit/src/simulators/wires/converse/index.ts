import type { Wire } from '../../wire.ts';
import { hear } from './hear.ts';
import { answer, bedrockError, signedBy, stream } from './speak.ts';

/** Bedrock's Converse and ConverseStream (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const converseWire: Wire = {
  name: 'converse',
  limits: {
    refusal: 'its models refuse in plain text: there is no field for it',
    'reasoning-count': 'it does not count reasoning apart',
  },
  hear,
  whole: (script, { model }) => ({
    body: answer(signedBy(model, script)),
    headers: { 'x-amzn-requestid': 'simulated' },
  }),
  stream,
  error: bedrockError,
};
