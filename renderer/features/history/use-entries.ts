import { useEffect, useState } from 'react';
import type { EntryFilter, EntryList, EntryRow } from '../../../shared/contract/history.ts';
import { useHost, useWatch } from '../../host/context.tsx';

/** Rows asked for at once. */
export const PAGE = 100;

/** How the list of a filter stands, live; while the next filter is being asked, undefined. */
export function useEntryList(filter: EntryFilter): EntryList | undefined {
  return useWatch('entries', { filter });
}

/** Pages of one list as they have been answered. */
interface Pages {
  key: string;
  byPage: ReadonlyMap<number, { version: number; rows: readonly EntryRow[] }>;
}

const NO_PAGES: Pages['byPage'] = new Map();

/**
 * Rows of a list by place, for the places `first` to `last`: pages that are not here yet, or that another version of the list
 * has changed, are asked for; what is known stays until the answer comes.
 */
export function useRows(filter: EntryFilter, list: EntryList | undefined, first: number, last: number): (place: number) => EntryRow | undefined {
  const host = useHost();
  const key = JSON.stringify(filter);
  const [pages, setPages] = useState<Pages>({ key, byPage: NO_PAGES });
  const byPage = pages.key === key ? pages.byPage : NO_PAGES;
  const [from, until] = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
  const version = list?.version;
  const wanted = version === undefined ? '' : pagesBetween(from, until).filter((page) => byPage.get(page)?.version !== version).join();
  useEffect(() => {
    if (wanted === '' || version === undefined) return;
    let current = true;
    for (const page of wanted.split(',').map(Number)) {
      host.call('listEntries', { filter: JSON.parse(key) as EntryFilter, from: { place: page * PAGE }, count: PAGE }).then(
        ({ rows }) => {
          // The version that was asked for, not the one that answered: a change between the two is told and asked for again.
          if (current) setPages((so) => ({ key, byPage: new Map(so.key === key ? so.byPage : NO_PAGES).set(page, { version, rows }) }));
        },
        // What could not be read leaves the list as it is; the next change of it asks again.
        () => undefined,
      );
    }
    return () => {
      current = false;
    };
  }, [host, key, version, wanted]);
  return (place) => byPage.get(Math.floor(place / PAGE))?.rows[place % PAGE];
}

function pagesBetween(from: number, until: number): number[] {
  return Array.from({ length: until - from + 1 }, (_, at) => from + at);
}
