/** What is discarded comes back, byte for byte. */
import { type ReviewRequest } from '@pilotlight/protocol';
import { chmodSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  tools,
  project,
  session,
  path,
  review,
  git,
  write,
  status,
  plan,
  run,
  useReviewDesk,
} from './review-desk.ts';

useReviewDesk();

describe('discard', () => {
  it('keeps the present state first, and brings all of it back by one undo', async () => {
    write('README.md', 'changed\n');
    write('new file.txt', 'new\n');
    rmSync(join(path, 'README.md'));
    write('README.md', 'hello\nmore\n');
    const { hunks } = await review().fileDiff(session.id, { scope: 'unstaged' }, 'README.md');
    const request: ReviewRequest = {
      kind: 'discard',
      files: [{ path: 'README.md', hunks: hunks.map(({ id }) => id ?? '') }, { path: 'new file.txt' }],
    };
    const planned = await plan(request);
    expect(planned.steps).toEqual([
      'Keep the present state of the worktree.',
      'Take back 1 change in 1 file.',
      'Remove 1 file that git does not track.',
    ]);
    const done = await run(request, planned.token);
    expect(status()).toBe('');
    expect(done.undo.possible).toBe(true);
    await review().undo(done.id);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\nmore\n');
    expect(readFileSync(join(path, 'new file.txt'), 'utf8')).toBe('new\n');
    expect(status()).toBe(' M README.md\n?? "new file.txt"');
    await expect(run(request, planned.token)).resolves.toMatchObject({ state: 'done' });
    await expect(run(request)).rejects.toMatchObject({ code: 'changed_since' });
  });

  it('is refused for what cannot be kept, since it could not come back', async () => {
    write('small.txt', 'small\n');
    write('large.bin', '');
    truncateSync(join(path, 'large.bin'), 64 * 1024 * 1024 + 1);
    const request: ReviewRequest = { kind: 'discard', files: [{ path: 'small.txt' }, { path: 'large.bin' }] };
    await expect(run(request)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/large\.bin .* is too large to be kept/) as string,
    });
    expect(status()).toBe('?? large.bin\n?? small.txt');
    await run({ kind: 'discard', files: [{ path: 'small.txt' }] });
    expect(status()).toBe('?? large.bin');
  });

  it('brings back the very bytes where line ends are converted and a filter would change them', async () => {
    writeFileSync(join(tools, 'upper'), '#!/bin/sh\ntr a-z A-Z\n');
    chmodSync(join(tools, 'upper'), 0o755);
    git(project, 'config', 'core.autocrlf', 'true');
    git(project, 'config', 'filter.loud.clean', join(tools, 'upper'));
    git(project, 'config', 'filter.loud.smudge', 'tr A-Z a-z');
    write('.gitattributes', '*.loud filter=loud\n*.crlf text eol=crlf\n');
    const files: Record<string, string> = {
      'README.md': 'hello\r\nmixed\nends\r\n',
      'a.loud': 'As It Is\n',
      'b.crlf': 'one\ntwo\r\n',
    };
    for (const [name, text] of Object.entries(files)) write(name, text);
    const done = await run({
      kind: 'discard',
      files: [...Object.keys(files), '.gitattributes'].map((name) => ({ path: name })),
    });
    expect(existsSync(join(path, 'a.loud'))).toBe(false);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).not.toContain('mixed');
    await review().undo(done.id);
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(path, name), 'utf8')).toBe(text);
    }
  });
});
