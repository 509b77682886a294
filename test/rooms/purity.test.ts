import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/launch/bootstrap.mjs';
import { compileProject } from '../run/typecheck.mjs';
import { isClean, lintFiles } from '../run/lint.ts';
import { copyTree, type TreeCopy } from './copy.ts';

const DOMAIN = 'shared/domain/tsconfig.json';

/** What the compiler must refuse in the domain: names of the browser and of Node. */
const FOREIGN: Readonly<Record<string, string>> = {
  document: 'export const planted = document.title;\n',
  window: 'export const planted = window.location;\n',
  process: 'export const planted = process.pid;\n',
  Buffer: 'export const planted = Buffer.alloc(1);\n',
  'node:fs': "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
  fetch: "export const planted = () => fetch('/');\n",
};

/** What the lint must refuse, by place and rule. */
const REFUSED: readonly { path: string; rule: string; text: string }[] = [
  { path: 'shared/domain/planted-now.ts', rule: 'no-restricted-globals', text: 'export const planted = (): number => Date.now();\n' },
  { path: 'shared/domain/planted-date.ts', rule: 'no-restricted-globals', text: 'export const planted = new Date(0);\n' },
  { path: 'shared/domain/planted-chance.ts', rule: 'no-restricted-properties', text: 'export const planted = (): number => Math.random();\n' },
  { path: 'shared/domain/planted-global.ts', rule: 'no-restricted-globals', text: 'export const planted = (): number => globalThis.Date.now();\n' },
  { path: 'shared/domain/planted-console.ts', rule: 'no-console', text: "console.log('planted');\nexport {};\n" },
  { path: 'renderer/ui/planted-console.ts', rule: 'no-console', text: "console.log('planted');\nexport {};\n" },
  { path: 'server/planted-any.ts', rule: '@typescript-eslint/no-explicit-any', text: 'export const planted = (value: any): string => String(value);\n' },
  { path: 'renderer/ui/planted-any.ts', rule: '@typescript-eslint/no-explicit-any', text: 'export const planted: any[] = [];\n' },
  { path: 'server/planted-default.ts', rule: 'no-restricted-exports', text: 'export default 1;\n' },
  { path: 'server/planted-equal.ts', rule: 'eqeqeq', text: "export const planted = (value: unknown): boolean => value == '1';\n" },
  { path: 'server/planted-floating.ts', rule: '@typescript-eslint/no-floating-promises', text: 'Promise.resolve(1);\nexport {};\n' },
  {
    path: 'server/planted-misused.ts',
    rule: '@typescript-eslint/no-misused-promises',
    text: 'export const planted = (done: () => Promise<boolean>): number => (done() ? 1 : 2);\n',
  },
  {
    path: 'shared/contract/planted-switch.ts',
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    text: "export function planted(kind: 'sale' | 'reversal'): void {\n  switch (kind) {\n    case 'sale':\n  }\n}\n",
  },
  { path: 'server/planted-length.ts', rule: 'max-lines', text: `${'export {};\n'.repeat(301)}` },
  { path: 'server/planted-function.ts', rule: 'tillpoint/bound-functions', text: `export function planted(): void {\n${'  planted();\n'.repeat(70)}}\n` },
  { path: 'test/planted-only.test.ts', rule: 'no-restricted-properties', text: "import { it } from 'vitest';\nit.only('planted', () => {});\n" },
  {
    path: 'renderer/ui/planted-hook.tsx',
    rule: 'react-hooks/rules-of-hooks',
    text: "import { useState } from 'react';\nexport function Planted({ on }: { on: boolean }): null {\n  if (on) useState(1);\n  return null;\n}\n",
  },
];

describe('a domain without DOM or Node types', () => {
  let tree: TreeCopy;
  let errors: string[];
  beforeAll(async () => {
    tree = copyTree();
    for (const [name, text] of Object.entries(FOREIGN)) tree.plant(`shared/domain/planted-${name.replace(':', '-')}.ts`, text);
    ({ errors } = await compileProject(DOMAIN, tree.root));
  });
  afterAll(() => tree.remove());

  it.each(Object.keys(FOREIGN))('refuses %s', (name) => {
    expect(errors.some((error) => error.includes(`planted-${name.replace(':', '-')}.ts`) && error.includes(name))).toBe(true);
  });

  it('compiles as it is, and reads its files', async () => {
    const found = await compileProject(DOMAIN);
    expect(found.errors).toEqual([]);
    expect(found.files).toBeGreaterThan(0);
  });
});

describe('the type check', () => {
  it('sees a project that reads no source file', async () => {
    const tree = copyTree();
    tree.plant('empty/tsconfig.json', '{ "extends": "../tsconfig.json", "include": ["./*.ts"], "files": ["../node_modules/typescript/lib/lib.es5.d.ts"] }');
    expect(await compileProject('empty/tsconfig.json', tree.root)).toMatchObject({ files: 0 });
    tree.remove();
  });
});

describe('the lint', () => {
  let tree: TreeCopy;
  let results: ESLint.LintResult[];
  beforeAll(async () => {
    tree = copyTree();
    for (const { path, text } of REFUSED) tree.plant(path, text);
    results = await new ESLint({ cwd: tree.root }).lintFiles(REFUSED.map(({ path }) => path));
  });
  afterAll(() => tree.remove());

  it.each(REFUSED.map(({ path, rule }) => [path, rule] as const))('refuses %s by %s', (path, rule) => {
    const messages = results.find(({ filePath }) => filePath === join(tree.root, path))?.messages ?? [];
    const errors = messages.filter(({ severity }: Linter.LintMessage) => severity === 2);
    expect(errors.map(({ ruleId }) => ruleId)).toContain(rule);
  });

  it('lets a describe be longer than a function', async () => {
    tree.plant('test/planted-chapter.test.ts', `import { describe } from 'vitest';\ndescribe('planted', () => {\n${'  void 0;\n'.repeat(100)}});\n`);
    const [result] = await new ESLint({ cwd: tree.root }).lintFiles(['test/planted-chapter.test.ts']);
    expect(result?.messages.map(({ ruleId }) => ruleId)).not.toContain('tillpoint/bound-functions');
  });

  it('does not pass when it read no file', async () => {
    const report = await lintFiles(tree.root, ['no-such-folder/']);
    expect(report).toMatchObject({ files: 0, problems: 0 });
    expect(isClean(report)).toBe(false);
    expect(isClean({ ...report, files: 1 })).toBe(true);
  });
});

describe('the size of files', () => {
  /** Blank lines and lines of comment are free, as in the lint; unlike the lint, this cannot be switched off in a file. */
  const isCode = (line: string): boolean => !/^\s*($|\/\/|\/?\*)/.test(line);
  /** A catalogue is one list of words, and grows with the screens. */
  const CATALOGUE = /^renderer\/i18n\/(en|zh-CN)\.ts$/;

  it('stays within 300 lines of code in the product', () => {
    const files = ['shared', 'electron', 'renderer', 'server'].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
    );
    const sources = files.filter((name) => /\.(tsx?|mjs)$/.test(name));
    expect(sources.length).toBeGreaterThan(0);
    const lines = (name: string): number => readFileSync(join(ROOT, name), 'utf8').split('\n').filter(isCode).length;
    expect(sources.filter((name) => lines(name) > (CATALOGUE.test(name) ? 400 : 300))).toEqual([]);
  });
});
