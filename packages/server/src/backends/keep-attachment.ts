import { PilotlightError } from '@pilotlight/protocol';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = '.pilotlight';

/**
 * Puts what an agent does not take in a prompt where it can read it: into a folder of its worktree that git does not see.
 * The same bytes are kept once. Answers the file's address.
 * @param root real path of the worktree
 * @throws PilotlightError `path_outside` when a link stands in the folder's place
 */
export function keepAttachment(root: string, data: string, mimeType: string): string {
  const bytes = Buffer.from(data, 'base64');
  const folder = ownFolder(root, FOLDER);
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { flag: 'wx' });
  const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${endingOf(mimeType)}`;
  const path = join(ownFolder(folder, 'attachments'), name);
  // One of another size was cut short by the end of an earlier server.
  const kept = lstatSync(path, { throwIfNoEntry: false });
  if (kept?.isFile() !== true || kept.size !== bytes.length) {
    const temporary = `${path}.${randomUUID()}`;
    writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  }
  return pathToFileURL(path).href;
}

function ownFolder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (realpathSync(path) === path) return path;
  throw new PilotlightError(
    'path_outside',
    `An attachment was to be kept in ${path}, which is a link to another place. Remove the link, then send again.`,
    { details: { path } },
  );
}

function endingOf(mimeType: string): string {
  return /^[a-z]+\/(?:x-)?([a-z0-9]+)/.exec(mimeType)?.[1] ?? 'bin';
}
