import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LaunchError } from '../../electron/launch/bootstrap.mjs';

const OLDEST_POSTGRES = 15;
const PROGRESS_EVERY_MS = 3000;
const TAIL_CHARACTERS = 4000;

/** Where Debian puts the programs that the tests run for real; tests of this file name other places. */
const DEBIAN = {
  chromium: '/usr/bin/chromium',
  cjkFont: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  postgres: '/usr/lib/postgresql',
};

/** The path of the browser that tests start: `CHROMIUM_PATH`, else Debian's. */
export function chromiumPath(): string {
  const given = process.env['CHROMIUM_PATH'];
  return given === undefined || given === '' ? DEBIAN.chromium : given;
}

/**
 * The folder of the newest installed PostgreSQL server binaries.
 * @returns undefined when none of version 15 or newer is there
 */
export function postgresBinaries(root: string = DEBIAN.postgres): string | undefined {
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const fit = versions.filter((version) => version >= OLDEST_POSTGRES && isProgram(join(root, String(version), 'bin', 'postgres')));
  return fit.length === 0 ? undefined : join(root, String(Math.max(...fit)), 'bin');
}

/**
 * The Debian packages that the tests need and the machine lacks.
 */
export function missingProgramPackages(places: Readonly<typeof DEBIAN> = { ...DEBIAN, chromium: chromiumPath() }): string[] {
  const missing: string[] = [];
  if (!isProgram(places.chromium)) missing.push('chromium');
  if (!hasCjkFont(places.cjkFont)) missing.push('fonts-noto-cjk');
  const external = process.env['DATABASE_URL'] ?? '';
  if (external === '' && postgresBinaries(places.postgres) === undefined) missing.push('postgresql');
  return missing;
}

/**
 * Installs Chromium, a Chinese font and PostgreSQL from Debian's packages where they are missing.
 * @throws LaunchError, one sentence that says what to install, when this process may not install it
 */
export async function ensurePrograms(): Promise<void> {
  const missing = missingProgramPackages();
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new LaunchError(
      `The tests need Chromium, a Chinese font and PostgreSQL ${OLDEST_POSTGRES} or newer; install what is missing with: sudo apt-get install -y ${names}`,
    );
  }
  console.log(`Installing Debian packages: ${names}`);
  await runAptGet(['update']);
  await runAptGet(['install', '-y', '--no-install-recommends', ...missing]);
  const still = missingProgramPackages();
  if (still.length > 0) {
    throw new LaunchError(`Still missing after their installation: ${still.join(' ')}; set CHROMIUM_PATH or DATABASE_URL if they are elsewhere.`);
  }
}

/** Whether a browser can show Chinese: by the font's file, or by fontconfig where another font serves. */
function hasCjkFont(file: string): boolean {
  if (existsSync(file)) return true;
  const listed = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  return listed.status === 0 && listed.stdout.trim() !== '';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs apt-get without a question; says every few seconds how far it is, and shows its output when it fails. */
function runAptGet(args: string[]): Promise<void> {
  const started = Date.now();
  const child = spawn('apt-get', ['-q', '-o', 'Dpkg::Use-Pty=0', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-TAIL_CHARACTERS);
    });
  }
  const timer = setInterval(() => {
    const line = output.trim().split('\n').at(-1) ?? '';
    // The first words say the step (Unpacking, Setting up); addresses of package archives are of no use to the reader.
    const step = line.replace(/https?:\S+/g, '').replace(/\s+/g, ' ').slice(0, 70);
    console.log(`apt-get ${args[0]}, ${Math.round((Date.now() - started) / 1000)} s: ${step}`);
  }, PROGRESS_EVERY_MS);
  return new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => reject(new LaunchError(`apt-get ${args.join(' ')} failed (${reason}); run it by hand to see why.`));
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => {
      if (code === 0) {
        resolve();
        return;
      }
      console.error(output.trim());
      fail(`exit code ${code}`);
    });
  }).finally(() => clearInterval(timer));
}
