// Starts the processes of `npm start`, starts them again when they die, and ends every one of them.
import { fork, spawn } from 'node:child_process';
import { childEnvironment, LaunchError, pinnedNode, ROOT } from './bootstrap.mjs';

const STOP_MS = 9000;
const TAIL_CHARACTERS = 4000;
/** A process that dies is started again after these pauses; when it dies as often within a minute, all is stopped. */
const AGAIN_MS = [200, 500, 1000, 2000, 4000];
const AGAIN_WINDOW_MS = 60_000;

/**
 * @typedef {object} Kept
 * @property {string} name what the lines call it
 * @property {string} script path of a TypeScript entry
 * @property {NodeJS.ProcessEnv} env beside the environment of children
 * @property {(message: any) => NodeJS.ProcessEnv} again what to add to the environment when it is started again
 */

/** The processes of one start. */
export class Keeper {
  /** @param {(line: string) => void} say */
  constructor(say) {
    this.say = say;
    /** @type {Set<import('node:child_process').ChildProcess>} */
    this.children = new Set();
    this.stopping = false;
    /** Resolves with the exit code once everything has ended. */
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  /**
   * Starts a process and waits until it says that it is ready; from then on it is kept alive.
   * @param {Kept} kept
   * @returns {Promise<any>} its ready message
   * @throws {LaunchError} with what it printed, when it ends instead
   */
  async keep(kept) {
    const { child, message } = await this.launch(kept);
    if (this.stopping) throw new LaunchError('Stopped.');
    this.guard(kept, child, message, []);
    return message;
  }

  /**
   * Starts a program that a person closes, with this process's output; everything stops with it.
   * @param {string} command
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} env
   * @returns {import('node:child_process').ChildProcess}
   */
  accompany(command, args, env) {
    const child = spawn(command, args, { cwd: ROOT, env: { ...childEnvironment(), ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    this.add(child);
    return child;
  }

  /** Ends every process and resolves `ended`; those that do not end in time are killed. */
  async stop(code) {
    if (this.stopping) return;
    this.stopping = true;
    const gone = [...this.children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.children) child.kill('SIGTERM');
    const timer = setTimeout(() => {
      for (const child of this.children) child.kill('SIGKILL');
    }, STOP_MS);
    await Promise.all(gone);
    clearTimeout(timer);
    this.end(code);
  }

  /** @param {import('node:child_process').ChildProcess} child */
  add(child) {
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
  }

  /** @param {Kept} kept */
  launch({ name, script, env }) {
    return new Promise((resolve, reject) => {
      if (this.stopping) return reject(new LaunchError('Stopped.'));
      const child = fork(script, [], {
        cwd: ROOT,
        execPath: pinnedNode(),
        execArgv: ['--disable-warning=ExperimentalWarning'],
        env: { ...childEnvironment(), ...env },
        // The channel is also what tells the child that this process is gone.
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      });
      this.add(child);
      let output = '';
      let ready = false;
      child.stderr?.on('data', (chunk) => {
        if (ready) process.stderr.write(chunk);
        else output = (output + chunk).slice(-TAIL_CHARACTERS);
      });
      child.once('message', (message) => {
        ready = true;
        if (output !== '') process.stderr.write(output);
        resolve({ child, message });
      });
      child.once('error', reject);
      child.once('close', (code, signal) => {
        reject(new LaunchError(output.trim() || `The ${name} ended before it was ready (${signal ?? `exit code ${code}`}).`));
      });
    });
  }

  /** Starts a process again when it dies. */
  guard(kept, child, message, deaths) {
    child.once('exit', async (code, signal) => {
      if (this.stopping) return;
      let recent = deaths;
      for (let how = signal ?? `exit code ${code}`; !this.stopping; ) {
        recent = [...recent.filter((at) => Date.now() - at < AGAIN_WINDOW_MS), Date.now()];
        const pause = AGAIN_MS[recent.length - 1];
        if (pause === undefined) {
          console.error(`The ${kept.name} stops again and again (${how}); everything is stopped.`);
          return this.stop(1);
        }
        this.say(`The ${kept.name} stopped (${how}) and is started again.`);
        await new Promise((resolve) => setTimeout(resolve, pause));
        try {
          const next = await this.launch({ ...kept, env: { ...kept.env, ...kept.again(message) } });
          return this.guard(kept, next.child, next.message, recent);
        } catch (error) {
          how = error instanceof LaunchError ? error.message : String(error);
        }
      }
    });
  }
}
