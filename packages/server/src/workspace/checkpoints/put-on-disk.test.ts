/** What has to be on the disk before files may go. On real git. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { putOnDisk } from './put-on-disk.ts';
import { Shadow } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';
import { checkpointRef, updateRefs, writeCommit } from './write-commit.ts';

/** Each commit is another. */
let at = 0;

async function keep(repository: TempRepository, path = repository.path) {
  const shadow = await Shadow.open(path, join(repository.folder, 'shadows'));
  if (shadow === null) throw new Error('no shadow');
  const head = repository.gitIn(path, 'rev-parse', 'HEAD');
  const { tree } = await takeSnapshot(shadow, { ignored: false });
  const commit = await writeCommit(shadow, { tree, parents: [head], message: 'kept', at: (at += 1000) });
  const ref = checkpointRef('ses_1', commit);
  await updateRefs(path, { set: [{ ref, commit }] });
  const objects = (await putOnDisk(shadow, { commit, except: head, ref })).map((file) =>
    file.slice(shadow.commonDir.length + 1),
  );
  const fileOf = (name: string): string => {
    const id = repository.gitIn(path, 'rev-parse', name);
    return `objects/${id.slice(0, 2)}/${id.slice(2)}`;
  };
  return { commit, ref, objects, fileOf };
}

it('is each content, tree and commit that HEAD does not have, and the ref', async () => {
  using repository = new TempRepository();
  repository.write({ 'new.txt': 'new', 'sub/deep/er.txt': 'deeper' });
  const { commit, ref, objects, fileOf } = await keep(repository);
  const names = ['', '^{tree}', ':new.txt', ':sub', ':sub/deep', ':sub/deep/er.txt'];
  expect(objects.toSorted()).toEqual([...names.map((name) => fileOf(commit + name)), ref].toSorted());
});

it('is no more than what is new once git has packed the rest, and is known in a shallow clone', async () => {
  using repository = new TempRepository();
  repository.write({ 'new.txt': 'new' });
  await keep(repository);
  repository.git('gc', '-q');
  const { objects, ref, commit, fileOf } = await keep(repository);
  expect(objects.toSorted()).toEqual([fileOf(commit), ref].toSorted());

  repository.commit('second');
  const shallow = join(repository.folder, 'shallow');
  repository.git('clone', '-q', '--depth', '1', `file://${repository.path}`, shallow);
  repository.write({ 'here.txt': 'here' }, shallow);
  const there = await keep(repository, shallow);
  expect(there.objects).toContain(there.fileOf(`${there.commit}:here.txt`));
});

it('is refused by a disk that does not take it, so that nothing goes', async () => {
  using repository = new TempRepository();
  repository.write({ 'new.txt': 'new' });
  const file = await open(join(repository.path, 'new.txt'));
  const failing = new Error('EIO: i/o error, fsync');
  vi.spyOn(Object.getPrototypeOf(file) as typeof file, 'sync').mockRejectedValue(failing);
  await file.close();
  await expect(keep(repository)).rejects.toThrow(/EIO.*Nothing was changed/);
});
