/** Who shows a session is told when its folder changes, whoever changed it; nothing is polled. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
beforeAll(async () => {
  home = await Home.start();
});
afterAll(() => home[Symbol.asyncDispose]());

it('an edit in an editor is told to everybody who shows the session, and to nobody else', async () => {
  const { chat, session } = await home.desk('demo', home.newRepository());
  await home.turn(chat, '/echo hi');
  const path = (await home.client.getSession(session.id)).worktree?.path ?? '';
  const told: Record<string, string[]> = { one: [], two: [], gone: [] };
  const other = home.newClient();
  const ends = [
    home.client.watchSession(session.id, (what) => void told['one']?.push(what)),
    other.watchSession(session.id, (what) => void told['two']?.push(what)),
    home.client.watchSession(session.id, (what) => void told['gone']?.push(what)),
  ];
  // Each is told when the watch begins, since what changed before went unseen.
  await expect.poll(() => Object.values(told).every((what) => what.includes('files'))).toBe(true);
  ends.pop()?.();
  for (const what of Object.values(told)) what.splice(0);
  appendFileSync(join(path, 'README.md'), 'by hand\n');
  await expect.poll(() => told['one']).toContain('files');
  await expect.poll(() => told['two']).toContain('files');
  expect(told['gone']).toEqual([]);
  expect(await home.client.review.diff(session.id, { scope: 'session' })).toMatchObject({
    files: [{ path: 'README.md' }],
  });
  for (const end of ends) end();
});

it('a session that is shown is measured again when somebody edits its files, and when it is shown again', async () => {
  const { chat, session } = await home.desk('demo', home.newRepository());
  await home.turn(chat, '/echo hi');
  await home.running.drained();
  const path = (await home.client.getSession(session.id)).worktree?.path ?? '';
  const added = async () => (await home.client.getSession(session.id)).diff?.additions;
  expect(await added()).toBe(0);
  appendFileSync(join(path, 'README.md'), 'nobody looks\n');
  const end = home.client.watchSession(session.id, () => {});
  await expect.poll(added).toBe(1);
  appendFileSync(join(path, 'README.md'), 'by hand\n');
  writeFileSync(join(path, 'mine.txt'), 'by hand\n');
  await expect.poll(added).toBe(3);
  end();
});

it('a watch goes on over a lost server, and says that something may have been missed', async () => {
  const { chat, session } = await home.desk('demo', home.newRepository());
  await home.turn(chat, '/echo hi');
  const { port } = home.running;
  const told: string[] = [];
  const client = home.newClient();
  const end = client.watchSession(session.id, (what) => void told.push(what));
  await expect.poll(() => told).toContain('files');
  told.splice(0);
  await home.restart(undefined, { port });
  await expect.poll(() => told).toContain('files');
  end();
});
