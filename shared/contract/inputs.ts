import { Type } from 'typebox';
import { Id, strictObject } from './primitives.ts';

/** Amounts from the window are not yet checked by the domain: any number passes here and is refused there with words. */
export const RawNumber = Type.Number();
export const Nothing = strictObject({});

export const Pin = Type.String({ pattern: '^[0-9]{4,8}$' });
/** Who stands for an act, with the PIN that proves it; whoever is signed in stays so. */
export const Approval = strictObject({ staff: Id, pin: Pin });
/** Why, as typed: at least one character that is no space. */
export const Reason = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
/** Id of the entry that a manager's act makes: pressing twice acts once. */
export const Act = { entryId: Id, approval: Approval };
