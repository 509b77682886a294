/** One planted import and the rule that must refuse it; the table forbids some imports twice. */
export interface Plant {
  rule: string;
  /** Where it is planted, relative to the root. */
  path: string;
  text: string;
}

/** Files that planted imports lead to, so that each breaks a rule about rooms and not the rule that imports resolve. */
export const TARGETS: Readonly<Record<string, string>> = {
  'shared/domain/target.ts': 'export const target = 1;\n',
  'shared/contract/target.ts': 'export const target = 1;\n',
  'shared/replica/target.ts': 'export const target = 1;\n',
  'shared/replica/read.ts': 'export const target = 1;\n',
  'shared/replica/read/target.ts': 'export const target = 1;\n',
  'shared/replica/readings.ts': 'export const target = 1;\n',
  'electron/core/target.ts': 'export const target = 1;\n',
  'electron/loopback/target.ts': 'export const target = 1;\n',
  'electron/main/target.ts': 'export const target = 1;\n',
  'electron/preload/target.ts': 'export const target = 1;\n',
  'electron/launch/target.mjs': 'export const target = 1;\n',
  'renderer/app/target.ts': 'export const target = 1;\n',
  'renderer/host/target.ts': 'export const target = 1;\n',
  'renderer/features/first/target.ts': 'export const target = 1;\n',
  'renderer/ui/target.ts': 'export const target = 1;\n',
  'server/target.ts': 'export const target = 1;\n',
  'test/target.ts': 'export const target = 1;\n',
  // The other half of a planted cycle, which is reported once.
  'server/cycle-b.ts': "import type { A } from './cycle-a.ts';\nexport type B = A | 2;\n",
};

const DEPTHS: Readonly<Record<string, string>> = {
  'shared/domain': '../../',
  'shared/contract': '../../',
  'shared/replica': '../../',
  'electron/core': '../../',
  'electron/loopback': '../../',
  'electron/main': '../../',
  'electron/preload': '../../',
  'electron/launch': '../../',
  'renderer/app': '../../',
  'renderer/ui': '../../',
  'renderer/features/second': '../../../',
  server: '../',
  'server/verify': '../../',
};

function planted(room: string, wanted: string): { path: string; text: string } {
  const isFile = wanted.endsWith('.ts') || wanted.endsWith('.mjs');
  const name = wanted.replace(/[^a-z]+/gi, '-');
  const extension = room === 'electron/launch' ? 'mjs' : 'ts';
  const from = isFile ? `${DEPTHS[room] ?? ''}${wanted}` : wanted;
  // Every other way to import is planted below; `export from` needs no name that a package may lack.
  return { path: `${room}/planted-${name}.${extension}`, text: isFile ? `export { target } from '${from}';\n` : `import '${from}';\n` };
}

/** What each room must not import: a file of another room, a package or a module of Node. */
const FORBIDDEN: readonly [rule: string, room: string, ...wanted: string[]][] = [
  ['domain-imports-itself', 'shared/domain', 'shared/contract/target.ts', 'shared/replica/target.ts', 'server/target.ts', 'typebox', 'node:crypto', 'rxjs'],
  ['contract-imports-domain', 'shared/contract', 'shared/replica/target.ts', 'electron/core/target.ts', 'server/target.ts', 'fastify', 'node:buffer'],
  ['replica-imports-domain-contract-rxdb', 'shared/replica', 'electron/core/target.ts', 'renderer/host/target.ts', 'server/target.ts', 'node:sqlite', 'ws'],
  ['preload-imports-contract', 'electron/preload', 'shared/domain/target.ts', 'electron/main/target.ts', 'shared/replica/read.ts', 'node:fs', 'rxjs', 'electron-builder'],
  ['core-imports-shared', 'electron/core', 'electron/main/target.ts', 'electron/preload/target.ts', 'renderer/host/target.ts', 'server/target.ts'],
  ['core-imports-shared', 'electron/loopback', 'electron/main/target.ts', 'renderer/app/target.ts', 'server/target.ts'],
  ['core-without-electron', 'electron/core', 'electron'],
  ['core-without-electron', 'electron/loopback', 'electron'],
  ['main-imports-domain-contract', 'electron/main', 'electron/core/target.ts', 'electron/loopback/target.ts', 'electron/preload/target.ts', 'shared/replica/read.ts', 'renderer/host/target.ts', 'server/target.ts'],
  ['launch-imports-node', 'electron/launch', 'shared/domain/target.ts', 'electron/core/target.ts', 'server/target.ts', 'ws'],
  ['launch-is-imported-by-nothing', 'electron/main', 'electron/launch/target.mjs'],
  ['launch-is-imported-by-nothing', 'server', 'electron/launch/target.mjs'],
  ['renderer-imports-shared', 'renderer/app', 'electron/core/target.ts', 'electron/preload/target.ts', 'server/target.ts', 'electron'],
  ['renderer-reads-replica', 'renderer/app', 'shared/replica/target.ts', 'shared/replica/readings.ts'],
  ['renderer-without-node', 'renderer/app', 'node:fs'],
  ['feature-imports-no-feature', 'renderer/features/second', 'renderer/features/first/target.ts'],
  ['ui-imports-no-feature-no-data', 'renderer/ui', 'renderer/features/first/target.ts', 'renderer/host/target.ts', 'renderer/app/target.ts', 'shared/replica/read.ts'],
  ['server-imports-domain-contract', 'server', 'electron/core/target.ts', 'electron/main/target.ts', 'renderer/host/target.ts', 'shared/replica/target.ts', 'shared/replica/read.ts', 'electron'],
  ['verify-shares-nothing', 'server/verify', 'server/target.ts', 'shared/domain/target.ts', 'shared/contract/target.ts', 'kysely', 'fastify'],
  ['product-without-tests', 'server', 'test/target.ts'],
  ['product-without-tests', 'electron/core', 'test/target.ts'],
  ['product-without-tests', 'renderer/app', 'test/target.ts'],
  ['import-resolves', 'server', 'no-such-package'],
];

/** The same import in every way that TypeScript can write it, each refused. */
const WAYS: Readonly<Record<string, string>> = {
  type: "import type { target } from '../../server/target.ts';\nexport type Planted = typeof target;\n",
  dynamic: "export const planted = () => import('../../server/target.ts');\n",
  'type-query': "export type Planted = typeof import('../../server/target.ts');\n",
  star: "export * from '../../server/target.ts';\n",
};

/** Every planted violation. */
export const PLANTS: readonly Plant[] = [
  ...FORBIDDEN.flatMap(([rule, room, ...wanted]) => wanted.map((one) => ({ rule, ...planted(room, one) }))),
  ...Object.entries(WAYS).map(([way, text]) => ({ rule: 'core-imports-shared', path: `electron/core/way-${way}.ts`, text })),
  { rule: 'no-cycle', path: 'server/cycle-a.ts', text: "import type { B } from './cycle-b.ts';\nexport type A = B | 1;\n" },
];

/** What the table lets in; none of it may be refused. */
export const ALLOWED: readonly { path: string; text: string }[] = [
  planted('shared/contract', 'shared/domain/target.ts'),
  planted('shared/contract', 'typebox'),
  planted('shared/replica', 'shared/contract/target.ts'),
  planted('shared/replica', 'rxdb/plugins/core'),
  planted('shared/replica', 'rxjs'),
  planted('electron/preload', 'shared/contract/target.ts'),
  planted('electron/preload', 'electron'),
  planted('electron/core', 'shared/replica/target.ts'),
  planted('electron/core', 'node:sqlite'),
  planted('electron/loopback', 'electron/core/target.ts'),
  planted('electron/loopback', 'ws'),
  planted('electron/main', 'shared/contract/target.ts'),
  planted('electron/main', 'electron'),
  planted('electron/launch', 'node:child_process'),
  planted('renderer/app', 'renderer/features/first/target.ts'),
  planted('renderer/app', 'shared/replica/read/target.ts'),
  planted('renderer/app', 'shared/replica/read.ts'),
  planted('renderer/features/second', 'renderer/ui/target.ts'),
  planted('renderer/features/second', 'shared/domain/target.ts'),
  planted('server', 'shared/contract/target.ts'),
  planted('server', 'fastify'),
  planted('server/verify', 'node:crypto'),
  planted('server/verify', 'pg'),
].map(({ path, text }) => ({ path: path.replace('planted-', 'allowed-'), text }));
