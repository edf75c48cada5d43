// The browser that tests look at the page with: Debian's Chromium, or another that is named.
//
// As a script (`node packages/testkit/src/browser/chromium.ts`) it installs one where there is none and it may.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** What Chromium is started with beside `--headless`: without it, it looks for a network, a GPU and an account. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The program, or null where none is installed. `PILOTLIGHT_CHROMIUM` names another. */
export function findChromium(): string | null {
  const named = process.env['PILOTLIGHT_CHROMIUM'];
  return (named === undefined ? PLACES : [named]).find(isProgram) ?? null;
}

/** @throws when there is none, saying what to install */
export function chromiumPath(): string {
  const found = findChromium();
  if (found !== null) return found;
  throw new Error(
    `There is no Chromium here (looked at ${PLACES.join(', ')}). Install Debian's package "chromium", ` +
      'or name a Chromium in PILOTLIGHT_CHROMIUM.',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install(): Promise<void> {
  const run = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => run('apt-get', args, { env, maxBuffer: 64 * 1024 * 1024 });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', 'chromium');
}

if (import.meta.main) {
  if (findChromium() === null && process.getuid?.() === 0 && isProgram('/usr/bin/apt-get')) {
    console.log('Installing Chromium from the packages of the system');
    await install();
  }
  console.log(`The browser for tests is ${chromiumPath()}`);
}
