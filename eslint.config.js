import { builtinRules } from 'eslint/use-at-your-own-risk';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const linesPerFunction = builtinRules.get('max-lines-per-function');

/** ESLint's own limit on the length of functions, except that a `describe` is a chapter, not a function. */
const boundFunctions = {
  meta: linesPerFunction.meta,
  create: (context) => {
    const isChapter = ({ parent }) =>
      parent?.type === 'CallExpression' && /^describe\b/.test(context.sourceCode.getText(parent.callee));
    const report = (found) => isChapter(found.node) || context.report(found);
    return linesPerFunction.create(Object.create(context, { report: { value: report } }));
  },
};

const CLOCKS_AND_CHANCE = ['Date', 'performance', 'crypto', 'globalThis', 'self', 'window', 'global', 'process', 'setTimeout', 'setInterval'];
const TEST_CALLS = ['describe', 'it', 'test', 'suite', 'bench'];
const counted = { skipBlankLines: true, skipComments: true };

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'data/', 'coverage/'] },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mts', '**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.recommended],
    plugins: { tillpoint: { rules: { 'bound-functions': boundFunctions } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 300, ...counted }],
      'tillpoint/bound-functions': ['error', { max: 70, ...counted }],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } },
      ],
      'no-restricted-properties': ['error', ...TEST_CALLS.map((object) => ({ object, property: 'only', message: 'Every test runs.' }))],
      // The compiler refuses unused names; a leading underscore is its way to keep a parameter.
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    // Rules that need types; the domain's own project comes first so that its files are read without Node's types.
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parserOptions: {
        project: ['./shared/domain/tsconfig.json', './tsconfig.json', './renderer/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      // A written default covers the rest; a switch without one covers every case.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.tsx'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    files: ['shared/**/*.ts', 'renderer/**/*.ts', 'renderer/**/*.tsx'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['shared/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...CLOCKS_AND_CHANCE.map((name) => ({ name, message: 'The domain is pure: time, chance and ids come in as parameters.' })),
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Chance comes in as a parameter.' }],
    },
  },
  {
    // A catalogue is one list, and the tests of one thing read better in one file.
    files: ['renderer/i18n/en.ts', 'renderer/i18n/zh-CN.ts', 'test/**/*.test.ts'],
    rules: { 'max-lines': ['error', { max: 400, ...counted }] },
  },
  {
    // Tools that load a file by name take its default export.
    files: ['**/*.config.ts', '**/*.config.js', '**/*.config.mjs'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
