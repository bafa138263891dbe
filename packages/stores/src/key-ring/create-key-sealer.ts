import type { KeySealer } from '@weir/core';
import type { ClientOptions } from '../aws/client-settings.ts';
import type { DataKeyMaker } from './data-keys.ts';
import { seal } from './envelope.ts';
import { kmsDataKeyMaker } from './kms.ts';

/** The control plane's half of stored keys. @param key ARN of the master key. */
export function createKeySealer(key: string, options: ClientOptions = {}): KeySealer {
  return sealWith(kmsDataKeyMaker(key, options));
}

/** A sealer over whatever makes data keys. */
export function sealWith(dataKeys: DataKeyMaker): KeySealer {
  return {
    async seal(secret, binding) {
      const dataKey = await dataKeys.make(binding);
      const sealed = seal(secret, dataKey, binding);
      dataKey.key.fill(0);
      return sealed;
    },
  };
}
