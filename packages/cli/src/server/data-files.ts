import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';

/** Makes the data folder, closed to other users, when it is not there. @throws PilotlightError `config_invalid` */
export function makeDataFolder(dataFolder: string): void {
  let step = 'made';
  try {
    makeFolder(dataFolder);
    step = 'written';
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'is not a folder' : `cannot be ${step} (${code})`;
    throw new PilotlightError(
      'config_invalid',
      `the data folder ${dataFolder} ${why}; choose another one with --data or PILOTLIGHT_DATA`,
      { cause: error },
    );
  }
}

/**
 * With the folders it lies in. Node's own `recursive` never comes back where nothing can be made in a folder that is there,
 * such as /proc.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}

export function serverLogFile(dataFolder: string): string {
  return join(dataFolder, 'server.log');
}

/** What a running server says of itself in its data folder. */
export interface ServerFile {
  pid: number;
  /** null: it starts and does not listen yet */
  url: string | null;
}

/** The `server.json` of a data folder when the process it names lives, null otherwise. */
export async function readServerFile(dataFolder: string): Promise<ServerFile | null> {
  const text = await readOrNull(join(dataFolder, 'server.json'));
  if (text === null) return null;
  try {
    const { pid, url } = JSON.parse(text) as { pid?: unknown; url?: unknown };
    if (typeof pid !== 'number' || !isAlive(pid)) return null;
    return { pid, url: typeof url === 'string' ? url : null };
  } catch {
    return null;
  }
}

/** The token of a data folder, null when it has none or it may not be read. */
export async function readToken(dataFolder: string): Promise<string | null> {
  const text = await readOrNull(join(dataFolder, 'token'));
  return text === null || text.trim() === '' ? null : text.trim();
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
