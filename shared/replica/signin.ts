import { BehaviorSubject, type Observable } from 'rxjs';
import type { StaffDoc } from '../contract/documents.ts';
import type { StaffView } from '../contract/views.ts';
import type { Directory } from './directory.ts';
import { TillError } from './fault.ts';
import type { TillPorts } from './ports.ts';
import { createQueue } from './queue.ts';

/** Who works at the till now. */
export interface SignIn {
  now(): StaffView | null;
  readonly staff$: Observable<StaffView | null>;
  /** Who is signed in; throws `not-signed-in` when nobody is. */
  require(): StaffView;
  /** Throws `staff-unknown`, `pin-wrong` or `pin-locked`. Works without the server. */
  enter(staff: string, pin: string): Promise<StaffView>;
  /** Throws as {@link SignIn.enter} does; who is signed in stays so. */
  confirm(staff: string, pin: string): Promise<StaffView>;
  /** Throws as {@link SignIn.confirm} does, and `not-a-manager`. */
  approve(staff: string, pin: string): Promise<StaffView>;
  leave(): void;
}

/** Wrong PINs in a row before a person has to wait. */
export const PIN_TRIES = 5;
/** The first wait; each further wrong PIN doubles it. */
export const PIN_WAIT_MS = 60_000;
const PIN_WAIT_MOST_MS = 3_600_000;

interface Tries {
  wrong: number;
  sinceMs: number;
}

/** Makes the sign-in. Wrong PINs are counted a person; nothing about a PIN is kept or logged. */
export function createSignIn(directory: Directory, ports: TillPorts): SignIn {
  const staff = new BehaviorSubject<StaffView | null>(null);
  const tries = new Map<string, Tries>();
  // One PIN at a time: many guesses sent at once would all be hashed before the first wrong one was counted.
  const queue = createQueue();
  const waitMs = ({ wrong, sinceMs }: Tries): number => {
    if (wrong < PIN_TRIES) return 0;
    const wait = Math.min(PIN_WAIT_MOST_MS, PIN_WAIT_MS * 2 ** (wrong - PIN_TRIES));
    // A clock that went back must not lock a person out for years.
    return Math.min(wait, sinceMs + wait - ports.nowMs());
  };
  const check = async (id: string, pin: string): Promise<StaffView> => {
    const person = directory.staff().find((one) => one.id === id);
    if (person === undefined) throw new TillError('staff-unknown');
    const before = tries.get(id) ?? { wrong: 0, sinceMs: 0 };
    const wait = waitMs(before);
    if (wait > 0) throw new TillError('pin-locked', { waitMs: wait });
    if (!equalInConstantTime(await ports.hashPin(pin, person.pinSalt), person.pinHash)) {
      const after = { wrong: before.wrong + 1, sinceMs: ports.nowMs() };
      tries.set(id, after);
      throw waitMs(after) > 0 ? new TillError('pin-locked', { waitMs: waitMs(after) }) : new TillError('pin-wrong', { left: PIN_TRIES - after.wrong });
    }
    tries.delete(id);
    return staffView(person);
  };
  return {
    now: () => staff.value,
    staff$: staff.asObservable(),
    require() {
      if (staff.value === null) throw new TillError('not-signed-in');
      return staff.value;
    },
    enter: (id, pin) => queue.run(async () => {
      const view = await check(id, pin);
      staff.next(view);
      return view;
    }),
    confirm: (id, pin) => queue.run(() => check(id, pin)),
    approve: (id, pin) => queue.run(async () => {
      const view = await check(id, pin);
      if (view.role !== 'manager') throw new TillError('not-a-manager');
      return view;
    }),
    leave: () => staff.next(null),
  };
}

/** A person as the window may see one. */
export function staffView({ id, name, role }: StaffDoc): StaffView {
  return { id, name, role };
}

/** Takes as long for a wrong first letter as for a wrong last one. */
function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  return difference === 0;
}
