import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitOk } from '../git.ts';

export interface GitFolderOptions {
  /** where it is to be; nothing is there */
  gitDir: string;
  /** the git folder whose objects it gets */
  source: string;
  commit: string;
  /** a working tree of the repository the submodule is in */
  folder: string;
  signal: AbortSignal | undefined;
}

/** Names that commits of the source have in what is made from it: kept from being taken for work that exists only here. */
export const FILLED_REF = 'refs/pilotlight/filled';

const PACKED = /^pack-[0-9a-f]+\.(pack|rev|mtimes|idx)$/;

/**
 * Makes the git folder of a submodule as `git submodule` would, from a repository on this disk and without a transport: the
 * same objects (as further names of the same files where the disk can, so that no clean-up of the source takes them away),
 * its remote branches and tags, and the addresses it is fetched from. Nothing else of the source's configuration is taken over.
 *
 * @throws PilotlightError `git_failed` when the history of the commit is not whole
 */
export async function makeGitFolder(options: GitFolderOptions): Promise<void> {
  const { gitDir, source, commit, folder: cwd, signal } = options;
  const format = (await gitOk(['rev-parse', '--show-object-format'], { cwd })).stdout.trim();
  const init = ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, gitDir];
  await gitOk(init, { cwd, signal });
  await linkObjects(join(source, 'objects'), join(gitDir, 'objects'));
  await copyFile(join(source, 'shallow'), join(gitDir, 'shallow')).catch(() => undefined);

  const set = (key: string, value: string) =>
    gitOk(['config', '--file', join(gitDir, 'config'), key, value], { cwd });
  await set('core.bare', 'false');
  await set('core.logAllRefUpdates', 'true');
  for (const [key, url] of await urlsOf(source, cwd)) {
    await set(key, url);
    if (key === 'remote.origin.url') await set('remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
  }
  await writeFile(join(gitDir, 'packed-refs'), await refsOf(source, commit, cwd));
  await writeFile(join(gitDir, 'HEAD'), `${commit}\n`);
  await gitOk(['rev-list', '--count', commit], { cwd, signal, env: { GIT_DIR: gitDir } });
}

async function linkObjects(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/^([0-9a-f]{2}|pack)$/.test(entry.name)) continue;
    const wanted = entry.name === 'pack' ? PACKED : /^[0-9a-f]{38,62}$/;
    await mkdir(join(to, entry.name), { recursive: true });
    const files = await readdir(join(from, entry.name), { withFileTypes: true });
    // git looks for a pack by its .idx, which comes last.
    const names = files.filter((file) => file.isFile() && wanted.test(file.name)).map(({ name }) => name);
    for (const name of names.toSorted((one, other) => Number(isIndex(one)) - Number(isIndex(other))))
      await linkOrCopy(join(from, entry.name, name), join(to, entry.name, name));
  }
}

const isIndex = (name: string): boolean => name.endsWith('.idx');

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Packed anew at this moment; what is missing then is found out by looking at the history.
    if (code === 'ENOENT') return;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** Where it, and the submodules in it, are fetched from; but for addresses that would be taken for an option or a program. */
async function urlsOf(source: string, cwd: string): Promise<[key: string, url: string][]> {
  const asked = ['-z', '--get-regexp', '^(remote\\.origin|submodule\\..*)\\.url$'];
  const { stdout } = await git(['config', '--no-includes', '--file', join(source, 'config'), ...asked], {
    cwd,
  });
  const entries = stdout.split('\0').map((record) => record.split('\n', 2) as [string, string?]);
  return entries.flatMap(([key, url = '']): [string, string][] =>
    url === '' || url.startsWith('-') || url.includes('::') ? [] : [[key, url]],
  );
}

async function refsOf(source: string, commit: string, cwd: string): Promise<string> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/remotes', 'refs/tags'];
  // The working tree that its configuration names may not be there, and is nobody's concern here.
  const env = { GIT_DIR: source, GIT_WORK_TREE: source };
  const { stdout } = await gitOk(args, { cwd, env, ownRepository: true });
  const refs = stdout.split('\n').filter((line) => line !== '' && !line.endsWith('/HEAD'));
  const byName = [...refs, `${commit} ${FILLED_REF}`].map((line) => line.split(' ') as [string, string]);
  const sorted = byName.toSorted(([, one], [, other]) => (one < other ? -1 : 1));
  return sorted.map(([object, name]) => `${object} ${name}\n`).join('');
}
