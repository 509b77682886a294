import { Type } from 'typebox';
import type { PublishFault } from '../domain/publish.ts';
import type { WhatIf } from '../domain/whatif.ts';
import { strictObject } from './primitives.ts';
import { ProgrammeDraftSchema } from './programmes.ts';

/** Days that can be tried at most; a till holds fewer of them. */
export const WHAT_IF_DAYS_MOST = 366;

/** The watch `whatIf`: tries a draft on this store's sales of the last days. To stop watching cancels it. */
export const WhatIfInput = strictObject({ programme: ProgrammeDraftSchema, days: Type.Integer({ minimum: 1, maximum: WHAT_IF_DAYS_MOST }) });

/** A member of a result as the window may show one. */
export interface WhatIfMember {
  member: string;
  name: string;
}

/**
 * How far it is: entries read so far, then entries played of all that were read; the result; or why the draft cannot be tried.
 * `firstMs` is the moment of the oldest entry that was tried: what was sold before it is not on this till. Absent: there was none.
 */
export type WhatIfView =
  | { state: 'reading'; done: number }
  | { state: 'playing'; done: number; total: number }
  | { state: 'done'; fromMs: number; firstMs?: number; result: WhatIf; members: WhatIfMember[] }
  | { state: 'faults'; faults: PublishFault[] }
  | { state: 'failed' };
