import type { MessageId } from '../../i18n/en.ts';

/**
 * What a number counts: points, minor units, basis points shown as percent or as a factor, things of a kind, minutes of the day shown
 * as a time, moments shown as the first day and, being exclusive, as the last day.
 */
export type FieldUnit = 'points' | 'money' | 'percent' | 'factor' | 'count' | 'hour' | 'first-day' | 'last-day';

/** A number of a draft that a person can change. `at` is its JSON pointer. */
export interface Field {
  at: string;
  label: MessageId;
  unit: FieldUnit;
  /** Absent: the number must be there. `off`: without it there is no limit; `zero`: there is nothing of the kind; `one`: it is 1. */
  optional?: 'off' | 'zero' | 'one';
  /** Smallest value where there is one. */
  least?: number;
  /** Largest value, when it is another than the unit's. */
  most?: number;
}
