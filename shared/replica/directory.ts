import { Subject, type Observable } from 'rxjs';
import type { ProgrammeDoc, StaffDoc, StoreDoc } from '../contract/documents.ts';
import { dayEverywhere } from '../domain/lots.ts';
import { programmeAt, type Programme } from '../domain/programme.ts';
import { mirror } from './documents.ts';
import type { Replica } from './ports.ts';

/** Stores, staff and programmes as pulled. */
export interface Directory {
  /** The store of this till; undefined until it was pulled. */
  own(): StoreDoc | undefined;
  store(id: string): StoreDoc | undefined;
  person(id: string): StaffDoc | undefined;
  /** Who may sign in here, by name. */
  staff(): StaffDoc[];
  /** The day that has begun in every store that this till knows: whose last day is before it has ended wherever it may be used. */
  today(nowMs: number): string;
  /** Every store of the chain of stores. */
  stores(): StoreDoc[];
  /** The programme version valid here at a moment: the store's own, else the chain's. */
  programme(nowMs: number): Programme | undefined;
  /** Every version that is known here. */
  programmes(): ProgrammeDoc[];
  /** The programme version of a number, whenever it holds or held. */
  version(number: number): Programme | undefined;
  readonly changed$: Observable<void>;
  stop(): void;
}

/** Keeps the directory of a till of `store` in memory. */
export async function openDirectory(replica: Replica, store: string): Promise<Directory> {
  const changed = new Subject<void>();
  const onChange = (): void => changed.next();
  const stores = await mirror(replica, 'stores', onChange);
  const staff = await mirror(replica, 'staff', onChange);
  const programmes = await mirror(replica, 'programmes', onChange);
  return {
    own: () => stores.documents.get(store),
    store: (id) => stores.documents.get(id),
    person: (id) => staff.documents.get(id),
    staff() {
      const here = [...staff.documents.values()].filter((person) => person.store === store && person.active);
      return here.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
    today: (nowMs) => dayEverywhere(nowMs, [...stores.documents.values()].map((one) => one.utcOffsetMinutes)),
    stores: () => [...stores.documents.values()],
    programme: (nowMs) => programmeAt([...programmes.documents.values()], nowMs, store),
    programmes: () => [...programmes.documents.values()],
    version: (number) => programmes.documents.get(`v${number}`),
    changed$: changed.asObservable(),
    stop() {
      for (const { following } of [stores, staff, programmes]) following.unsubscribe();
    },
  };
}
