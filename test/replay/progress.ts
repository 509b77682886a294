/** Shows how far a long run is. */
export interface Progress {
  /** Says how many are done, and what is being done. */
  at(done: number, what: string): void;
  /** Leaves the last state on the screen; later output starts on a line of its own. */
  end(): void;
}

const BAR_CELLS = 30;
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5_000;

/** A bar that is redrawn on a terminal; elsewhere a plain line every few seconds. `out` is stderr. */
export function showProgress(total: number, out: NodeJS.WriteStream, nowMs: () => number = () => performance.now()): Progress {
  const startMs = nowMs();
  const everyMs = out.isTTY ? REDRAW_MS : PLAIN_LINE_MS;
  let drawnMs = startMs;
  const draw = (text: string): void => void out.write(out.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  return {
    at(done, what) {
      const now = nowMs();
      if (drawnMs === Infinity || (now - drawnMs < everyMs && done < total)) return;
      drawnMs = done === total ? Infinity : now;
      const line = describe(done, total, what, now - startMs);
      draw(out.isTTY ? `${bar(done, total)} ${line}` : line);
    },
    end() {
      if (out.isTTY) out.write('\n');
    },
  };
}

function describe(done: number, total: number, what: string, elapsedMs: number): string {
  const perSecond = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
  const percent = `${Math.floor((done / total) * 100)}%`;
  const left = perSecond > 0 && done < total ? `, ${duration((total - done) / perSecond)} left` : '';
  return `${percent} ${count} purchases, ${what}, ${Math.round(perSecond).toLocaleString('en')}/s${left}`;
}

function bar(done: number, total: number): string {
  const full = Math.floor((done / total) * BAR_CELLS);
  return `[${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}]`;
}

/** Seconds as people say them: `45 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
