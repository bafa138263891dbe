import { randomBytes } from 'node:crypto';
import { createTranslation as create } from '@weir/core/translation';

/** Every format that clients and providers speak. */
export const createTranslation = () => create({ random: randomBytes, now: Date.now });
