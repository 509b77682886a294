import { openConnection as openReal, type Connection } from '../../../electron/core/storage/connection.ts';
import { atUnflushed, noteFlushed } from '../disk.ts';

/** The till's own connection, which tells the virtual disk what has been flushed. */
export function openConnection(name: string, file: string): Connection {
  const connection = openReal(name, file);
  noteFlushed(file);
  return {
    ...connection,
    transact(work, later = false) {
      const result = connection.transact(work, later);
      if (later) atUnflushed(file);
      else noteFlushed(file);
      return result;
    },
  };
}
