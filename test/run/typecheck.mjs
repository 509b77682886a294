// Runs the compiler over every project, two at a time, and fails when a project has errors or reads no source file.
import { spawn } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../electron/launch/bootstrap.mjs';

const CACHE = join(ROOT, 'node_modules/.cache/tillpoint');

/** The compiler's projects: node rooms, the window, and the domain without DOM or Node types. */
export const PROJECTS = ['tsconfig.json', 'renderer/tsconfig.json', 'shared/domain/tsconfig.json'];

/**
 * Compiles one project without writing anything.
 * @param {string} project path of its tsconfig.json
 * @param {string} [root] the folder whose own files are counted, installed packages left out
 * @returns {Promise<{errors: string[], files: number}>} the compiler's messages, and how many own files it read
 */
export async function compileProject(project, root = ROOT) {
  const compiler = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'));
  const args = ['-p', project, '--noEmit', '--listFiles', '--pretty', 'false'];
  // What an earlier run found is kept beside the packages, so that a second check of this clone reads only what has changed.
  if (root === ROOT) args.push('--incremental', '--tsBuildInfoFile', join(CACHE, `${project.replaceAll('/', '-')}.tsbuildinfo`));
  const child = spawn(process.execPath, [compiler, ...args], { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const isListed = (line) => /^(\/|[A-Za-z]:\/)\S.*\.[cm]?[jt]sx?$/.test(line) || /\.json$/.test(line);
  const isOwn = (path) => !path.startsWith('..') && !path.includes('node_modules') && !path.endsWith('.d.ts');
  const files = lines.filter((line) => isListed(line) && isOwn(relative(root, resolve(root, line)))).length;
  const errors = lines.filter((line) => !isListed(line));
  if (code !== 0 && errors.length === 0) errors.push(`The compiler ended with exit code ${code}.`);
  return { errors, files };
}

async function checkProjects() {
  const results = [];
  const waiting = [...PROJECTS];
  const work = async () => {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
      results.push({ project, ...(await compileProject(project)) });
    }
  };
  await Promise.all([work(), work()]);
  for (const { project, errors, files } of results) {
    console.log(`${project}: ${files} files, ${errors.length} lines of errors`);
    for (const error of errors) console.log(error);
    if (files === 0) console.log(`${project} reads no source file; see its "include".`);
  }
  return results.every(({ errors, files }) => errors.length === 0 && files > 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await checkProjects()) ? 0 : 1;
