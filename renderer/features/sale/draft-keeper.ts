import type { CommandInput, Draft } from '../../../shared/contract/commands.ts';
import type { CoreCalls } from '../../../shared/contract/rpc.ts';

export type DraftInput = CommandInput<'saveDraft'>['draft'];

/**
 * Keeps the sale in the making in the core, so that a reloaded window comes back to it. Saves one at a time; while one is
 * on its way only the newest waits, so fast typing never builds a queue.
 */
export class DraftKeeper {
  private readonly core: CoreCalls;
  private wanted: DraftInput | undefined;
  private renew = false;
  private running: Promise<void> | undefined;
  private standing: Draft | undefined;

  constructor(core: CoreCalls) {
    this.core = core;
  }

  /** Tells the keeper what the core holds already. */
  adopt(draft: Draft): void {
    this.standing ??= draft;
  }

  /** Saves soon; null starts a new sale. */
  save(draft: DraftInput): void {
    if (draft === null) {
      // A new sale must never be skipped over: its id keeps the next sale apart from the last one.
      this.renew = true;
      this.wanted = undefined;
    } else this.wanted = draft;
    this.running ??= this.run();
    // The error shows when the sale is committed; an unsaved draft alone must not stop typing.
    this.running.catch(() => undefined);
  }

  /** The draft that stands after everything was saved; its `saleId` is the id of the sale. */
  async settled(): Promise<Draft> {
    if (this.running !== undefined) await this.running;
    if (this.standing === undefined || this.standing.saleId === '') this.standing = await this.core.call('saveDraft', { draft: null });
    return this.standing;
  }

  private async run(): Promise<void> {
    try {
      while (this.renew || this.wanted !== undefined) {
        const draft = this.renew ? null : (this.wanted ?? null);
        if (this.renew) this.renew = false;
        else this.wanted = undefined;
        this.standing = await this.core.call('saveDraft', { draft });
      }
    } finally {
      this.running = undefined;
    }
  }
}
