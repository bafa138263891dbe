import type { WireNames } from '../../../form/wire-names.ts';
import type { TargetModel } from '../../provider-dialect.ts';
import type { GeminiModel } from '../models.ts';
import type { GeminiSurface } from './surface.ts';

/** What a turn's content is written for. */
export interface ContentContext {
  readonly target: TargetModel;
  readonly model: GeminiModel;
  readonly surface: GeminiSurface;
  readonly names: WireNames;
}
