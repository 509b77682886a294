import { textOf } from './fact.ts';
import type { Source } from './source.ts';

/** An alarm as the server raised it, in words a person can follow: the entry's number, and each difference in a line. */
export interface ToldAlarm {
  kind: string;
  number: string;
  differences: string[];
}

/** What the server itself found and keeps for a person to look at: told, no faults of the ledger. */
export interface Alarms {
  /** How many of each kind. */
  counts: Record<string, number>;
  /** The newest ones. */
  newest: ToldAlarm[];
  /** Up to which position sales were decided again. */
  decided: number;
}

const TOLD_MOST = 20;

/** Reads the alarms and how far the second decision has come. */
export async function readAlarms(source: Source): Promise<Alarms> {
  const counts: Record<string, number> = {};
  for (const row of await source.all('select kind, count(*) as count from alarms group by kind order by kind')) counts[textOf(row, 'kind')] = Number(row['count']);
  const newest: ToldAlarm[] = [];
  for (const row of await source.all(`select id, kind, terminal, epoch, seq from alarms order by raised_at desc, id desc limit ${TOLD_MOST}`)) {
    const kind = textOf(row, 'kind');
    const entry = textOf(row, 'id').slice(kind.length + 1);
    const differences = await source.all('select what, expected, found, reason from differences where entry = ? order by what', [entry]);
    newest.push({
      kind, number: `${textOf(row, 'terminal')}-${textOf(row, 'epoch')}-${textOf(row, 'seq')}`,
      differences: differences.map((one) => {
        const reason = one['reason'] === null ? '' : ` (${textOf(one, 'reason')})`;
        return `${textOf(one, 'what')}: the rules give ${textOf(one, 'expected') || 'nothing'}${reason}, the entry says ${textOf(one, 'found') || 'nothing'}`;
      }),
    });
  }
  const [mark] = await source.all("select value from meta where key = 'decisions'");
  return { counts, newest, decided: Number(mark === undefined ? 0 : textOf(mark, 'value')) };
}
