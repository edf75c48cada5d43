/** What a restore does to what no checkpoint holds, on real git. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { putBack } from './put-back.ts';
import { Shadow } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';

let repository: TempRepository;
let shadow: Shadow;
beforeEach(async () => {
  repository = new TempRepository();
  const opened = await Shadow.open(repository.path, join(repository.folder, 'shadows'));
  if (opened === null) throw new Error('no shadow');
  shadow = opened;
});
afterEach(() => repository[Symbol.dispose]());

const state = async (): Promise<string> => (await takeSnapshot(shadow, { ignored: false })).tree;
const read = (name: string): string => readFileSync(join(repository.path, name), 'utf8');

/** The state with a file under that name, and the one without, where the name is ignored. */
async function withAndWithout(name: string): Promise<{ held: string; now: string }> {
  repository.write({ [name]: 'then\n' });
  const held = await state();
  rmSync(join(repository.path, name.split('/')[0] ?? ''), { recursive: true });
  repository.write({ '.gitignore': `/${name.split('/')[0]}\n` });
  return { held, now: await state() };
}

it('overwrites no ignored file', async () => {
  const { held, now } = await withAndWithout('.env');
  repository.write({ '.env': 'SECRET=nowhere else\n', 'a.txt': 'now\n' });
  const edited = await state();
  await expect(putBack(shadow, edited, held)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('.env is in the way') as string,
  });
  expect(read('.env')).toBe('SECRET=nowhere else\n');
  expect(read('a.txt')).toBe('now\n');
  expect(now).not.toBe(edited);
});

it('deletes no folder of ignored files, nor writes below an ignored file or link', async () => {
  const file = await withAndWithout('build');
  repository.write({ 'build/deep/out.bin': 'nowhere else' });
  await expect(putBack(shadow, file.now, file.held)).rejects.toMatchObject({ code: 'conflict' });
  expect(read('build/deep/out.bin')).toBe('nowhere else');
  rmSync(join(repository.path, 'build'), { recursive: true });

  const below = await withAndWithout('out/a/b');
  repository.write({ out: 'nowhere else' });
  await expect(putBack(shadow, below.now, below.held)).rejects.toMatchObject({ code: 'conflict' });
  expect(read('out')).toBe('nowhere else');

  rmSync(join(repository.path, 'out'));
  mkdirSync(join(repository.folder, 'elsewhere/a'), { recursive: true });
  symlinkSync(join(repository.folder, 'elsewhere'), join(repository.path, 'out'));
  await expect(putBack(shadow, below.now, below.held)).rejects.toMatchObject({ code: 'conflict' });
  expect(existsSync(join(repository.folder, 'elsewhere/a/b'))).toBe(false);
});

it('goes on where only an empty folder is, or what goes itself', async () => {
  repository.write({ way: 'a file then\n' });
  const held = await state();
  rmSync(join(repository.path, 'way'));
  repository.write({ 'way/is/folder': 'now\n' });
  mkdirSync(join(repository.path, 'way/empty'));
  const now = await state();
  await putBack(shadow, now, held);
  expect(read('way')).toBe('a file then\n');
  await putBack(shadow, held, now);
  expect(read('way/is/folder')).toBe('now\n');
});
