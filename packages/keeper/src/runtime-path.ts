import { PilotlightError } from '@pilotlight/protocol/error';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isPrivateFolder } from './keeper-folder.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, its end included (unix(7)). */
const longestPath = 103;

/**
 * Where the keeper of a data folder (its real path) listens: short, since socket paths are; with the protocol's version,
 * so that an old keeper and a new one can live side by side.
 */
export function socketPath(
  dataFolder: string,
  version: number,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const hash = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\pilotlight-${hash}-v${version}`;
  const folder = `pilotlight-${process.getuid?.() ?? 0}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const path = join(
    runtime === undefined || runtime === '' ? tmpdir() : runtime,
    folder,
    `${hash}-v${version}.sock`,
  );
  return Buffer.byteLength(path) <= longestPath ? path : join('/tmp', folder, `${hash}-v${version}.sock`);
}

/**
 * Makes the socket's folder. Others may write to the folder above it, so what lies there is looked at, not trusted.
 * @throws PilotlightError `config_invalid` when it is not ours alone
 */
export function ensureRuntimeFolder(socket: string): void {
  if (process.platform === 'win32') return;
  const folder = dirname(socket);
  mkdirSync(dirname(folder), { recursive: true });
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  if (isPrivateFolder(folder)) return;
  throw new PilotlightError(
    'config_invalid',
    `${folder} is not a folder of yours alone, so the keeper does not listen in it. Remove it, or set XDG_RUNTIME_DIR to another folder.`,
  );
}
