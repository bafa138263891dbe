import type { Translator } from '../ports/translation.ts';
import { CLIENT_DIALECTS } from './client-dialects.ts';
import { PROVIDER_TRANSLATIONS } from './provider-translations.ts';
import { createTranslator, type TranslatorPorts } from './translator.ts';

/** The translator with every format it knows. */
export const createTranslation = (ports: TranslatorPorts): Translator =>
  createTranslator(CLIENT_DIALECTS, PROVIDER_TRANSLATIONS, () => null, ports);
