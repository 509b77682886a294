import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { ROOT } from '../../electron/launch/bootstrap.mjs';

/** What the lint of a tree found. */
export interface LintReport {
  /** How many files were read; zero means that nothing was checked. */
  files: number;
  /** Errors and warnings; neither is let through. */
  problems: number;
  /** The problems for a person to read, empty when there are none. */
  text: string;
}

/** Lints files of a tree by its own eslint.config.js. */
export async function lintFiles(root: string, patterns: string[] = ['.']): Promise<LintReport> {
  const eslint = new ESLint({ cwd: root, errorOnUnmatchedPattern: false });
  const results = await eslint.lintFiles(patterns);
  const formatter = await eslint.loadFormatter('stylish');
  const problems = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
  return { files: results.length, problems, text: (await formatter.format(results)).trim() };
}

/** Whether a lint passes: something was read, and nothing is wrong with it. */
export function isClean({ files, problems }: LintReport): boolean {
  return files > 0 && problems === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await lintFiles(ROOT);
  if (report.text !== '') console.log(report.text);
  console.log(report.files === 0 ? 'The lint read no file.' : `${report.files} files`);
  process.exitCode = isClean(report) ? 0 : 1;
}
