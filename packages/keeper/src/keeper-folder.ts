import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the keeper has in the data folder, all of it closed to other users. */
export interface KeeperFolder {
  /** the real path of the data folder */
  data: string;
  root: string;
  /** who said it may speak to the keeper */
  secret: string;
  /** one file a keeper that ran */
  keepers: string;
  spill: string;
  /** the daemon's own files without types */
  code: string;
  log: string;
}

/** Made when it is missing. */
export function openKeeperFolder(dataFolder: string): KeeperFolder {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const data = realpathSync(dataFolder);
  const root = join(data, 'keeper');
  const folder: KeeperFolder = {
    data,
    root,
    secret: join(root, 'secret'),
    keepers: join(root, 'keepers'),
    spill: join(root, 'spill'),
    code: join(root, 'code'),
    log: join(root, 'keeper.log'),
  };
  for (const inside of [root, folder.keepers, folder.spill, folder.code]) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
  }
  return folder;
}

/** The secret of this data folder; made by whoever comes first. */
export function readOrMakeSecret(path: string): string {
  for (;;) {
    const secret = readSecret(path);
    if (secret !== null) return secret;
    const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.new`;
    writeFileSync(temporary, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    try {
      // Unlike a rename it never takes the place of one that somebody else made meanwhile.
      linkSync(temporary, path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** null when there is none yet; an empty one (a disk that was full) counts as none and goes. */
function readSecret(path: string): string | null {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length >= 32) return secret;
    rmSync(path);
    return null;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

/** Whether nobody but us can change or read it. */
export function isPrivateFolder(path: string): boolean {
  const info = lstatSync(path);
  if (!info.isDirectory()) return false;
  return process.getuid === undefined || (info.uid === process.getuid() && (info.mode & 0o077) === 0);
}
