import type { IForbiddenRuleType } from 'dependency-cruiser';

/** The rooms of the product, each a folder whose imports are ruled; the checker must read modules in every one. */
export const ROOMS = [
  'shared/domain',
  'shared/contract',
  'shared/replica',
  'electron/core',
  'electron/main',
  'electron/preload',
  'electron/loopback',
  'electron/launch',
  'renderer',
  'server',
] as const;

const PRODUCT = '^(shared|electron|renderer|server)/';
// What the replica shows to the window; everything else in it belongs to the core.
const READ_SIDE = '^shared/replica/read(\\.ts$|/)';
// Build settings run in Node, not in the window.
const WINDOW = { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' };
// The package, not the folder of that name.
const ELECTRON = 'node_modules/electron(/|$)|^electron$';

/** A rule that a room imports nothing but what matches: written as what is let in, so that a new room is shut out. */
function only(name: string, room: string, allowed: string, comment: string): IForbiddenRuleType {
  return { name, severity: 'error', comment, from: { path: room }, to: { pathNot: allowed } };
}

/** A rule that a room does not import what matches. */
function never(name: string, from: IForbiddenRuleType['from'], path: string, comment: string): IForbiddenRuleType {
  return { name, severity: 'error', comment, from, to: { path } };
}

const SHARED_RULES: IForbiddenRuleType[] = [
  only('domain-imports-itself', '^shared/domain/', '^shared/domain/', 'Rules are pure: no package, no Node, no other room.'),
  only(
    'contract-imports-domain',
    '^shared/contract/',
    '^shared/(contract|domain)/|node_modules/typebox/',
    'What crosses a wire is described by the domain and typebox alone.',
  ),
  only(
    'replica-imports-domain-contract-rxdb',
    '^shared/replica/',
    '^shared/(replica|contract|domain)/|node_modules/(rxdb|rxjs)/',
    'The replica runs in any JavaScript host, so it knows no other library and no Node.',
  ),
];

const ELECTRON_RULES: IForbiddenRuleType[] = [
  only('preload-imports-contract', '^electron/preload/', `^electron/preload/|^shared/contract/|${ELECTRON}`, 'The bridge knows the named calls, nothing else.'),
  never(
    'core-imports-shared',
    { path: '^electron/(core|loopback)/' },
    '^(electron/(?!core/|loopback/)|renderer/|server/)',
    'The core and its loopback server run without windows and without the central server.',
  ),
  never('core-without-electron', { path: '^electron/(core|loopback)/' }, ELECTRON, 'The core is plain Node, so that it runs where Electron does not.'),
  never(
    'main-imports-domain-contract',
    { path: '^electron/main/' },
    '^(electron/(?!main/)|renderer/|server/|shared/replica/)',
    'The main process starts the core and the window by path and talks to them by messages.',
  ),
  {
    name: 'launch-imports-node',
    severity: 'error',
    comment: 'It runs before anything is installed.',
    from: { path: '^electron/launch/' },
    to: { pathNot: '^electron/launch/', dependencyTypesNot: ['core'] },
  },
  {
    name: 'launch-is-imported-by-nothing',
    severity: 'error',
    comment: 'It is how a clone starts, not a part of what is started.',
    from: { path: PRODUCT, pathNot: '^electron/launch/' },
    to: { path: '^electron/launch/' },
  },
];

const RENDERER_RULES: IForbiddenRuleType[] = [
  never('renderer-imports-shared', WINDOW, `^(electron|server)/|${ELECTRON}`, 'The window reaches the core through its host port alone.'),
  {
    name: 'renderer-reads-replica',
    severity: 'error',
    comment: 'The window reads; only the core writes.',
    from: WINDOW,
    to: { path: '^shared/replica/', pathNot: READ_SIDE },
  },
  {
    name: 'renderer-without-node',
    severity: 'error',
    comment: 'The window is sandboxed: there is no Node in it.',
    from: WINDOW,
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'feature-imports-no-feature',
    severity: 'error',
    comment: 'Screens meet in renderer/app.',
    from: { path: '^renderer/features/([^/]+)/' },
    to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
  },
  never(
    'ui-imports-no-feature-no-data',
    { path: '^renderer/ui/' },
    // The names that end-to-end tests find parts by are the one thing of renderer/app that every part shares.
    '^renderer/(features/|host/|app/(?!testids\\.ts$))|^shared/replica/',
    'The design system knows no feature and no data.',
  ),
];

const COMMON_RULES: IForbiddenRuleType[] = [
  never('server-imports-domain-contract', { path: '^server/' }, `^(electron|renderer)/|^shared/replica/|${ELECTRON}`, 'The server shares rules and schemas with the tills, nothing else.'),
  {
    name: 'verify-shares-nothing',
    severity: 'error',
    comment: 'An audit that shares code with the posting path would repeat its mistakes; it reads tables and bytes by itself.',
    from: { path: '^server/verify/' },
    to: { pathNot: '^server/verify/|node_modules/(@types/)?pg/', dependencyTypesNot: ['core'] },
  },
  never('product-without-tests', { path: PRODUCT }, '^test/', 'Tests are not packed.'),
  { name: 'no-cycle', severity: 'error', comment: 'What imports each other is one file.', from: { path: PRODUCT }, to: { circular: true } },
  {
    name: 'import-resolves',
    severity: 'error',
    comment: 'An import that the checker cannot follow is an import that it cannot check.',
    from: { path: PRODUCT },
    to: { couldNotResolve: true, pathNot: '^virtual:' },
  },
];

/** The table of ARCHITECTURE.md, as rules; each has a planted violation in rooms.test.ts. */
export const RULES: readonly IForbiddenRuleType[] = [...SHARED_RULES, ...ELECTRON_RULES, ...RENDERER_RULES, ...COMMON_RULES];
