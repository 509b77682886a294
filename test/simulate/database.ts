import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openStore, type Store } from '../../server/store/store.ts';

/** The simulated server's database: it outlives the process that a fault kills. Only `open` takes time of the history. */
export interface ServerDatabase {
  /** Where it is now, as an audit takes it. */
  readonly where: { file: string } | { databaseUrl: string };
  /** Opens it for a server that starts. */
  open(): Promise<Store>;
  /** Rows of a query as committed now, also while the server is down. */
  rows(text: string): Record<string, unknown>[];
  /** Keeps a backup of what is committed now. */
  backUp(): void;
  /** The server's process is gone: what was committed stays, and nothing that it left running reaches the database again. */
  crash(): void;
  /** As a crash, and the backup takes the place of the database; it is used up by that. */
  restore(): void;
  /** Has something happen a few turns on in the request that now begins; the answer is for its end, for which it waits at most. */
  soon(turns: number, run: () => void): () => void;
  /** Keeps the database, closed, as what later histories begin with. */
  keepAs(name: string): void;
  /** Begins with what was kept. */
  beginWith(name: string): void;
  /** Ends the history: nothing of it is left behind. */
  remove(): void;
}

/** SQLite in a folder of a file system that is memory; every process of the server has a file of its own. */
export class EmbeddedDatabase implements ServerDatabase {
  private readonly folder: string;
  private run = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  private get file(): string {
    return `${this.folder}/server-${this.run}.sqlite`;
  }

  private get backup(): string {
    return `${this.folder}/backup.sqlite`;
  }

  get where(): { file: string } {
    return { file: this.file };
  }

  open(): Promise<Store> {
    return openStore(this.where);
  }

  rows(text: string): Record<string, unknown>[] {
    const database = new DatabaseSync(this.file);
    try {
      return database.prepare(text).all();
    } finally {
      database.close();
    }
  }

  backUp(): void {
    copyDatabase(this.file, this.backup);
  }

  crash(): void {
    this.next(this.file);
  }

  restore(): void {
    this.next(this.backup);
  }

  soon(turns: number, run: () => void): () => void {
    const wait = async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      run();
    };
    void wait();
    return () => undefined;
  }

  // It lies in a folder that is kept, copied and removed with all that is in it.
  keepAs(): void {
    if (this.run !== 0) throw new Error('assertion failed: shops are opened by a server that nobody kills');
  }
  beginWith(): void {
    if (this.run !== 0) throw new Error('assertion failed: a history begins before anything is killed');
  }
  remove(): void {
    this.run = 0;
  }

  private next(from: string): void {
    copyDatabase(from, `${this.folder}/server-${this.run + 1}.sqlite`);
    this.run += 1;
  }
}

/** Copies a database as it is on the disk now. */
function copyDatabase(from: string, to: string): void {
  for (const end of ['', '-wal']) {
    rmSync(to + end, { force: true });
    if (existsSync(from + end)) copyFileSync(from + end, to + end);
  }
}
