/** A session's changes from the command line: looked at, commented on, committed, merged, and taken back. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
/** the worktree of the session, and the session */
let path: string;
let id: string;

beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
  git(bench.repository, 'config', 'user.name', 'Ada');
  git(bench.repository, 'config', 'user.email', 'ada@example.invalid');
  writeFileSync(join(bench.repository, 'cart.ts'), 'one\ntwo\n');
  git(bench.repository, 'add', '-A');
  git(bench.repository, 'commit', '-qm', 'base');
  await bench.run(['prompt', '--agent', 'demo', '/echo hi']);
  const [session] = await json('session', 'list');
  id = session.id;
  path = session.worktree.path;
  writeFileSync(join(path, 'cart.ts'), 'one\nTWO\n');
  writeFileSync(join(path, 'new.ts'), 'new\n');
});
afterAll(() => bench[Symbol.asyncDispose]());

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, encoding: 'utf8' }).trimEnd();
const run = (...args: string[]) => bench.run([...args, '--session', id]);
const json = async (...args: string[]) => JSON.parse((await bench.run([...args, '--json'])).stdout);

it('shows files and lines', { timeout: 60_000 }, async () => {
  expect((await run('diff')).stdout).toMatch(/modified +\+1 −1 +cart\.ts\s+untracked +\+1 −0 +new\.ts/);
  const { stdout } = await run('diff', 'cart.ts');
  expect(stdout).toContain('@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n');
  expect((await run('diff', '--patch', '--worktree')).stdout).toContain('+new');
  expect((await run('diff', '--staged')).stdout).toBe('nothing has changed\n');
  expect(await run('diff', '--staged', '--worktree')).toMatchObject({ code: 2 });
  expect(await run('diff', '../x')).toMatchObject({ code: 5 });
});

it('gathers comments and sends them as one prompt', { timeout: 60_000 }, async () => {
  expect((await run('review')).stdout).toBe('no comments\n');
  await run('review', 'comment', 'cart.ts', '2', 'Why loud?');
  await run('review', 'comment', 'cart.ts', '1-2', 'Both.');
  expect(await run('review', 'comment', 'cart.ts', '9', 'x')).toMatchObject({ code: 2 });
  expect((await run('review')).stdout).toMatch(
    /cart\.ts:2 +draft\n +Why loud\?\n.*cart\.ts:1-2 +draft\n +Both\.\n/,
  );
  const sent = await run('review', 'send', '--text', '/echo Please.');
  expect(sent.stdout).toMatch(/^sent 2 comments to chat cht_/);
  expect((await run('review')).stdout).toMatch(/cart\.ts:2 +sent/);
  expect(await run('review', 'send')).toMatchObject({ code: 2 });
});

it('commits, merges, and takes both back', { timeout: 60_000 }, async () => {
  const chat = (await json('session', 'show', id)).chats[0];
  await bench.run(['prompt', '--chat', chat.id, '/echo over']);
  const before = git(path, 'rev-parse', 'HEAD');
  expect(await run('commit', '-m', 'x')).toMatchObject({ code: 5 });
  expect(await run('commit')).toMatchObject({ code: 2 });
  expect((await run('review', 'stage', 'cart.ts')).stdout).toBe('staged cart.ts; 1 file is staged now\n');
  expect((await run('diff', '--staged')).stdout).toMatch(/modified .* cart\.ts/);
  const again = await run('review', 'stage', 'cart.ts');
  expect(again).toMatchObject({ code: 5 });
  expect(again.stderr).toContain('cart.ts has no change that is not staged');
  expect((await run('review', 'unstage', 'cart.ts')).stdout).toBe(
    'unstaged cart.ts; nothing is staged now\n',
  );
  expect((await run('commit', '--draft', '--all')).stdout.trim()).not.toBe('');
  const plan = await run('commit', '--all', '-m', 'Shout', '--dry-run');
  expect(plan.stdout).toContain('Commit 2 files on');
  expect(plan.stdout).toContain('Hooks of the repository do not run.');
  expect(git(path, 'rev-parse', 'HEAD')).toBe(before);
  expect((await run('commit', '--all', '-m', 'Shout')).stdout).toMatch(
    /Committed 2 files .*\nundo: pilotlight undo act_/,
  );

  const main = git(bench.repository, 'rev-parse', 'HEAD');
  expect((await run('merge', '--dry-run')).stdout).toContain('Shout');
  expect((await run('merge')).code).toBe(0);
  expect(readFileSync(join(bench.repository, 'cart.ts'), 'utf8')).toBe('one\nTWO\n');
  expect((await run('undo')).stdout).toMatch(/^Undone: /);
  expect(git(bench.repository, 'rev-parse', 'HEAD')).toBe(main);
  expect((await run('undo')).stdout).toMatch(/^Undone: /);
  expect(git(path, 'rev-parse', 'HEAD')).toBe(before);
  expect(git(path, 'status', '--porcelain')).toBe(' M cart.ts\n?? new.ts');
  expect(await run('undo')).toMatchObject({ code: 5 });
});

it('stops a rebase at conflicts, says what to do, and aborts it', { timeout: 60_000 }, async () => {
  await run('commit', '--all', '-m', 'Shout');
  writeFileSync(join(bench.repository, 'cart.ts'), 'one\nzwei\n');
  git(bench.repository, 'commit', '-qam', 'German');
  expect((await run('rebase', '--dry-run')).stdout).toContain('Will be in conflict: cart.ts\n');
  const stopped = await run('rebase');
  expect(stopped.code).toBe(1);
  expect(stopped.stdout).toContain('in conflict: cart.ts');
  expect(stopped.stdout).toMatch(new RegExp(`pilotlight review resolve <paths…> --session ${id}\n`));
  const { stdout } = await run('review', 'conflicts');
  expect(stdout).toMatch(
    /^The rebase has stopped: 1 file is in conflict\nours is main, theirs is [0-9a-f]+ “Shout”\n/,
  );
  expect(stdout).toMatch(/\n {2}cart\.ts +changed on both sides +markers at line 2\n/);
  expect(stdout).toContain(`pilotlight rebase --abort --session ${id}`);
  expect(await run('rebase', '--continue')).toMatchObject({ code: 5 });
  expect((await run('rebase', '--abort')).stdout).toContain('Aborted the rebase');
  expect(git(path, 'log', '-1', '--format=%s')).toBe('Shout');
  expect((await run('review', 'conflicts')).stdout).toBe('nothing is in conflict\n');
  expect(await run('push')).toMatchObject({ code: 2 });
  expect(await run('pr', '--title', 'x')).toMatchObject({ code: 2 });
});

it('marks what is resolved, and goes on', { timeout: 60_000 }, async () => {
  expect(await run('rebase')).toMatchObject({ code: 1 });
  const refused = await run('review', 'resolve', 'cart.ts');
  expect(refused).toMatchObject({ code: 5 });
  expect(refused.stderr).toContain('"cart.ts" (line 2)');
  writeFileSync(join(path, 'cart.ts'), 'one\nZWEI\n');
  const marked = await run('review', 'resolve', 'cart.ts');
  expect(marked.stdout).toMatch(/^The rebase has stopped: no files are in conflict\n/);
  expect(marked.stdout).toContain('resolved: cart.ts\n');
  expect((await run('review', 'resolve', '--undo', 'cart.ts')).stdout).toContain('no conflict markers');
  await run('review', 'resolve', 'cart.ts');
  expect(await run('rebase', '--continue')).toMatchObject({ code: 0 });
  expect(git(path, 'log', '-2', '--format=%s')).toBe('Shout\nGerman');
  expect((await run('undo')).stdout).toMatch(/^Undone: /);
  expect(git(path, 'log', '-1', '--format=%s')).toBe('Shout');
});

it('discards, and brings back', { timeout: 60_000 }, async () => {
  writeFileSync(join(path, 'cart.ts'), 'gone\n');
  expect((await run('review', 'discard', 'cart.ts', '--dry-run')).stdout).toContain('Put back 1 file');
  await run('review', 'discard', 'cart.ts');
  expect(readFileSync(join(path, 'cart.ts'), 'utf8')).toBe('one\nTWO\n');
  await run('undo');
  expect(readFileSync(join(path, 'cart.ts'), 'utf8')).toBe('gone\n');
});

it(
  'stages and discards single hunks, from where one stands, and marks files as viewed',
  { timeout: 60_000 },
  async () => {
    mkdirSync(join(path, 'src'));
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`);
    writeFileSync(join(path, 'src/long.txt'), `${lines.join('\n')}\n`);
    git(path, 'add', '-A');
    git(path, 'commit', '-qm', 'long');
    const changed = lines.with(2, 'first').with(19, 'second').with(37, 'third');
    writeFileSync(join(path, 'src/long.txt'), `${changed.join('\n')}\n`);
    writeFileSync(join(path, 'src/more.txt'), 'more\n');
    const here = (...args: string[]) => bench.run(args, { cwd: join(path, 'src') });

    expect((await here('diff', '--unstaged', 'long.txt')).stdout).toMatch(/\nhunk 2 @@ -17,7 \+17,7 @@/);
    expect((await here('review', 'stage', 'long.txt', '--hunk', '1,3')).stdout).toBe(
      'staged 2 hunks of src/long.txt; 1 file is staged now\n',
    );
    expect(git(path, 'diff', '--cached')).toMatch(/\+first[^]*\+third/);
    expect(git(path, 'diff')).toContain('+second');
    expect(await here('review', 'stage', 'long.txt', '--hunk', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('src/long.txt has 1 hunk and no hunk 2') as string,
    });
    expect(await here('review', 'stage', '.', '--hunk', '1')).toMatchObject({ code: 2 });
    await here('review', 'unstage', 'long.txt', '--hunk', '2');
    expect(git(path, 'diff', '--cached')).not.toContain('+third');
    await here('review', 'discard', 'long.txt', '--hunk', '1');
    expect(readFileSync(join(path, 'src/long.txt'), 'utf8')).not.toContain('second');
    expect((await here('review', 'stage', '.')).stdout).toBe('staged 2 files; 2 files are staged now\n');
    expect((await here('review', 'unstage', '--all')).stdout).toBe(
      'unstaged 2 files; nothing is staged now\n',
    );
    expect(await here('review', 'stage')).toMatchObject({ code: 2 });

    expect((await here('review', 'viewed', '.')).stdout).toBe('marked 2 files as viewed\n');
    expect((await run('diff')).stdout).toMatch(/src\/more\.txt +viewed/);
    expect((await here('review', 'viewed', '--undo', 'more.txt')).stdout).toBe(
      'src/more.txt counts as not viewed\n',
    );
    expect((await run('diff')).stdout).toMatch(/src\/more\.txt\n/);
  },
);
