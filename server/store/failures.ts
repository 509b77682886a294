/** PostgreSQL's codes for what another try may mend: serialization, deadlock, a key or a lock taken at the same time, a restart. */
const POSTGRES_CODES = new Set(['40001', '40P01', '23505', '55P03', '57P01', '57P02', '57P03', '08000', '08001', '08003', '08006']);
const SOCKET_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);
/** SQLite's primary codes BUSY and LOCKED, and its extended codes for a taken key. */
const SQLITE_CODES = new Set([5, 6, 1_555, 2_067]);

/**
 * Whether a transaction that failed so may be tried again. Everything that is tried again here is idempotent, so a commit
 * whose answer was lost does no harm.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return SQLITE_CODES.has(errcode) || SQLITE_CODES.has(errcode & 0xff);
  if (typeof code === 'string') return POSTGRES_CODES.has(code) || SOCKET_CODES.has(code);
  return /connection terminated|connection timeout|not queryable/i.test(error.message);
}

/** Tries, and the longest first pause between them, milliseconds; each further pause may be twice as long. */
const TRIES = 8;
const PAUSE_MS = 5;

/** Runs `work` until it succeeds, fails for good, or has failed too often; a pause of random length keeps rivals apart. */
export async function retrying<T>(work: () => Promise<T>, random: () => number = Math.random): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= TRIES || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, random() * PAUSE_MS * 2 ** attempt));
    }
  }
}
