import type { BehaviorSubject } from 'rxjs';
import type { RecoveryView, TillView } from '../../shared/contract/views.ts';
import type { TillWatches } from '../../shared/replica/till.ts';

/** Whether the account of an earlier chain has anything to tell: one that the server has whole needs no words. */
export function isNews({ sent, kept, unknown }: RecoveryView): boolean {
  return sent > 0 || kept > 0 || unknown !== 0;
}

/** A till's watches with the account of an earlier chain beside the till's own state, as long as there is one. */
export function withAccount(watches: TillWatches, account: BehaviorSubject<RecoveryView | undefined>): TillWatches {
  return {
    ...watches,
    till: (input, next) => {
      let view: TillView | undefined;
      const tell = (): void => {
        const recovered = account.value;
        if (view !== undefined) next(recovered === undefined ? view : { ...view, recovered });
      };
      const accounts = account.subscribe(tell);
      const stop = watches.till(input, (seen) => {
        view = seen;
        tell();
      });
      return () => {
        accounts.unsubscribe();
        stop();
      };
    },
  };
}
