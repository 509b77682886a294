import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { ROOMS, RULES } from './rules.ts';

/** One import that a rule forbids. */
export interface Violation {
  rule: string;
  from: string;
  to: string;
}

/** What the check of a tree found. */
export interface RoomReport {
  violations: Violation[];
  /** How many modules were read in each room; zero means that nothing was checked there. */
  modules: Record<(typeof ROOMS)[number], number>;
  /** How many imports were followed in all. */
  imports: number;
}

/** Reads every module of the rooms of a tree and holds its imports against the rules. */
export async function checkRooms(root: string): Promise<RoomReport> {
  const rooms = ROOMS.filter((room) => existsSync(join(root, room)));
  const { output } = await cruise(
    [...rooms],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...RULES] },
      doNotFollow: { path: 'node_modules' },
      // An import of a type is a dependency too: it ties the rooms together all the same.
      tsPreCompilationDeps: true,
      // A copy of the tree lends its packages by a link.
      preserveSymlinks: true,
    },
    { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'], extensions: ['.ts', '.tsx', '.mts', '.cts', '.mjs', '.cjs', '.js', '.d.ts', '.css', '.json'] },
  );
  if (typeof output === 'string') throw new Error('the checker answered text, not its result');
  return report(output);
}

function report({ modules, summary }: ICruiseResult): RoomReport {
  const counts = Object.fromEntries(ROOMS.map((room) => [room, modules.filter(({ source }) => source.startsWith(`${room}/`)).length]));
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: counts as RoomReport['modules'],
    imports: summary.totalDependenciesCruised ?? 0,
  };
}
