/** A session's changes over HTTP: scopes and pages, marks, comments, staging, and what clients hear of it. */
import {
  newId,
  type Chat,
  type CreateComment,
  type IndexState,
  type Message,
  type Session,
} from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Home, say, wordsOf } from './composed-harness.ts';

let home: Home;
let session: Session;
let chat: Chat;
let path: string;

beforeAll(async () => {
  home = await Home.start();
  const desk = await home.desk('demo', home.newRepository());
  await home.turn(desk.chat, '/echo made');
  ({ chat } = desk);
  session = await home.client.getSession(desk.session.id);
  path = session.worktree?.path ?? '';
});
afterAll(() => home[Symbol.asyncDispose]());

const review = () => home.client.review;
const write = (name: string, text: string) => writeFileSync(join(path, name), text);
const git = (...args: string[]) => execFileSync('git', args, { cwd: path, encoding: 'utf8' });

/** Resolves with the first state of the index that passes. */
async function untilIndex(test: (state: IndexState) => boolean): Promise<IndexState> {
  const { promise, resolve, reject } = Promise.withResolvers<IndexState>();
  using _following = home.newClient().followIndex({
    onState: (state) => {
      if (test(state)) resolve(structuredClone(state));
    },
    onError: reject,
  });
  return await promise;
}

const comment = (more: Partial<CreateComment> = {}): CreateComment => ({
  id: newId('comment'),
  path: 'README.md',
  side: 'new',
  startLine: 2,
  endLine: 2,
  code: 'there',
  text: 'Say where.',
  ...more,
});

describe('changed files', () => {
  it('come in pages, by path, each once', async () => {
    mkdirSync(join(path, 'many'));
    for (let number = 100; number < 125; number += 1) write(`many/${number}.txt`, `${number}\n`);
    const names: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const options = { limit: 10, ...(after === '' ? {} : { after }) };
      const page = await review().diff(session.id, { scope: 'session' }, options);
      expect(page).toMatchObject({
        total: 25,
        truncated: false,
        from: session.worktree?.baseCommit,
        to: null,
      });
      names.push(...page.files.map((file) => file.path));
      after = page.next;
    }
    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `many/${100 + index}.txt`));
    rmSync(join(path, 'many'), { recursive: true });
  });

  it('are those of the scope that was asked for', async () => {
    write('README.md', 'hello\nthere\n');
    git('add', '-A');
    write('README.md', 'hello\nthere\nyou\n');
    const lines = async (scope: 'session' | 'uncommitted' | 'staged' | 'unstaged') => {
      const { hunks } = await review().fileDiff(session.id, { scope }, 'README.md');
      return hunks.flatMap((hunk) =>
        hunk.lines.filter(({ kind }) => kind === 'added').map(({ text }) => text),
      );
    };
    expect(await lines('session')).toEqual(['there', 'you']);
    expect(await lines('uncommitted')).toEqual(['there', 'you']);
    expect(await lines('staged')).toEqual(['there']);
    expect(await lines('unstaged')).toEqual(['you']);
    const base = session.worktree?.baseCommit ?? '';
    const commits = await review().diff(session.id, { scope: 'commits', from: base, to: base });
    expect(commits).toMatchObject({ files: [], from: base, to: base, total: 0 });
    git('reset', '-q');
  });

  it('are those of one turn, whatever was changed before and after it', async () => {
    const desk = await home.desk('demo', home.newRepository());
    await home.turn(desk.chat, '/echo made');
    await home.client.updatePolicy('session', desk.session.id, { mode: 'allow_all' });
    const { worktree } = await home.client.getSession(desk.session.id);
    writeFileSync(join(worktree?.path ?? '', 'before.txt'), 'mine\n');
    const { id } = await home.turn(desk.chat, '/write made.txt by the turn');
    await home.running.drained();
    writeFileSync(join(worktree?.path ?? '', 'after.txt'), 'later\n');
    const scope = { scope: 'turn', turnId: id } as const;
    const { files } = await review().diff(desk.session.id, scope);
    expect(files.map((file) => [file.path, file.status])).toEqual([['made.txt', 'added']]);
    const { hunks } = await review().fileDiff(desk.session.id, scope, 'made.txt');
    expect(hunks[0]?.lines[0]).toMatchObject({ kind: 'added', new: 1 });

    const { id: running } = await home.client.submitPrompt(desk.chat.id, say('/wait'));
    await home.until(desk.chat, (state) => state.turns[running]?.state === 'running');
    await vi.waitUntil(async () => {
      const { before } = await home.client.checkpoints.ofTurn(running);
      return before !== null;
    });
    writeFileSync(join(worktree?.path ?? '', 'meanwhile.txt'), 'now\n');
    const now = await review().diff(desk.session.id, { scope: 'turn', turnId: running });
    expect(now.files.map((file) => [file.path, file.status])).toEqual([['meanwhile.txt', 'untracked']]);
    await home.client.cancelTurn(running);
    await home.client.waitForTurn(desk.chat.id, running);
  });

  it('refuse what cannot be compared', async () => {
    const { url, token } = home.running;
    const ask = async (query: string) => {
      const response = await fetch(`${url}/api/sessions/${session.id}/diff${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await response.json()) as { code?: string }).code;
    };
    expect(await ask('?scope=all')).toBe('invalid_request');
    expect(await ask('?scope=turn')).toBe('invalid_request');
    expect(await ask('?scope=session&x=1')).toBe('invalid_request');
    expect(await ask('?scope=commits&from=HEAD&to=nowhere')).toBe('invalid_request');
    expect(await ask('?scope=commits&from=HEAD&to=--output=/tmp/x')).toBe('invalid_request');
    expect(await ask('?scope=turn&turnId=trn_none0000')).toBe('turn_not_found');
    expect(await ask('/file?path=../x')).toBe('path_outside');
    expect(await ask('/file?path=none')).toBe('file_not_found');
  });

  it('are none without git and before the first turn', async () => {
    const plain = await home.desk();
    const unborn = await home.desk('demo', home.newRepository());
    for (const { session: one } of [plain, unborn]) {
      expect(await review().diff(one.id, { scope: 'session' })).toMatchObject({
        files: [],
        total: 0,
        from: null,
      });
      await expect(review().stage(one.id, { files: [{ path: 'x' }] })).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    const commits = { scope: 'commits', from: 'HEAD', to: 'HEAD' } as const;
    expect(await review().diff(unborn.session.id, commits)).toMatchObject({ total: 0 });
    const nobody = review().diff('ses_none', { scope: 'session' });
    await expect(nobody).rejects.toMatchObject({ code: 'session_not_found' });
  });

  it('of a session in place are against the last commit, and everything before there is one', async () => {
    const desk = await home.desk('demo', home.newRepository(), true);
    writeFileSync(join(desk.folder, 'new.txt'), '1\n');
    const at = (cwd: string) => execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
    expect(await review().diff(desk.session.id, { scope: 'session' })).toMatchObject({
      from: at(desk.folder),
      files: [{ path: 'new.txt', status: 'untracked' }],
    });
    const folder = home.newFolder();
    execFileSync('git', ['init', '-q', folder]);
    writeFileSync(join(folder, 'staged.txt'), '1\n');
    execFileSync('git', ['add', '.'], { cwd: folder });
    writeFileSync(join(folder, 'new.txt'), '1\n2\n');
    const { session: first } = await home.desk('demo', folder, true);
    expect((await review().diff(first.id, { scope: 'session' })).files).toMatchObject([
      { path: 'new.txt', status: 'untracked', additions: 2 },
      { path: 'staged.txt', status: 'added', additions: 1 },
    ]);
  });
});

describe('a viewed mark', () => {
  it('is shared, outlives the server, and falls when the file changes again', async () => {
    write('README.md', 'hello\nthere\n');
    const look = async () => (await review().diff(session.id, { scope: 'session' })).files[0];
    const file = await look();
    expect(file).toMatchObject({ path: 'README.md', viewed: false });
    const before = (await review().get(session.id)).revision;
    const heard = untilIndex((state) => (state.reviews[session.id]?.revision ?? 0) > before);
    await review().markViewed(session.id, {
      files: [{ path: 'README.md', object: file?.object ?? null }],
      viewed: true,
    });
    await heard;
    await home.restart();
    expect(await look()).toMatchObject({ viewed: true });
    git('add', '-A');
    const staged = await review().fileDiff(session.id, { scope: 'staged' }, 'README.md');
    expect(staged.file.viewed).toBe(true);
    git('reset', '-q');
    write('README.md', 'hello\nthere!\n');
    expect(await look()).toMatchObject({ viewed: false });
    write('README.md', 'hello\nthere\n');
    expect(await look()).toMatchObject({ viewed: true });
    await review().markViewed(session.id, { files: [{ path: 'README.md', object: null }], viewed: false });
    expect(await look()).toMatchObject({ viewed: false });
  });
});

describe('comments', () => {
  it('are drafts that every client has, can be changed, and outlive the server', async () => {
    const body = comment();
    const heard = untilIndex((state) => state.reviews[session.id]?.drafts === 1);
    const made = await review().createComment(session.id, body);
    await heard;
    expect(await review().createComment(session.id, body)).toEqual(made);
    expect(made).toMatchObject({ outdated: false, sentTurnId: null, sessionId: session.id });
    await review().updateComment(made.id, 'Say where exactly.');
    await home.restart();
    const { comments } = await home.newClient().review.get(session.id);
    expect(comments).toMatchObject([{ id: made.id, text: 'Say where exactly.' }]);
    await review().removeComment(made.id);
    expect((await review().get(session.id)).comments).toEqual([]);
    await expect(review().updateComment(made.id, 'x')).rejects.toMatchObject({ code: 'comment_not_found' });
  });

  it('keep the code they were made on, and say when it is another by now', async () => {
    const onNew = await review().createComment(session.id, comment());
    const onOld = await review().createComment(
      session.id,
      comment({ side: 'old', startLine: 1, endLine: 1, code: 'hello' }),
    );
    const outdated = async () => {
      const { comments } = await review().get(session.id);
      return comments.map(({ code, outdated: is }) => [code, is]);
    };
    expect(await outdated()).toEqual([
      ['there', false],
      ['hello', false],
    ]);
    write('README.md', 'hello\nelsewhere\n');
    expect(await outdated()).toEqual([
      ['there', true],
      ['hello', false],
    ]);
    rmSync(join(path, 'README.md'));
    expect((await outdated())[0]).toEqual(['there', true]);
    write('README.md', 'hello\nthere\n');
    for (const { id } of [onNew, onOld]) await review().removeComment(id);
  });

  it('go to the agent as one prompt with places and exact code, and never twice', async () => {
    const tricky = '```\nclose\n```\n  indented\t';
    const first = await review().createComment(session.id, comment({ text: 'Why "there"?' }));
    await review().createComment(
      session.id,
      comment({
        path: 'odd "name"\n.md',
        code: tricky,
        startLine: 3,
        endLine: 6,
        side: 'old',
        text: 'Drop it.',
      }),
    );
    const body = { chatId: chat.id, turnId: newId('turn'), text: '/echo Please go through these.' };
    const sent = await review().sendComments(session.id, body);
    const again = await review().sendComments(session.id, body);
    expect(again.turn.id).toBe(sent.turn.id);
    expect(again.comments).toEqual(sent.comments);
    await home.client.waitForTurn(chat.id, sent.turn.id);
    const { messages } = await home.client.listMessages(chat.id, { limit: 500 });
    const prompts = messages.filter(({ role, turnId }) => role === 'user' && turnId === sent.turn.id);
    expect(prompts).toHaveLength(1);
    const [part] = prompts[0]?.parts ?? [];
    const text = part?.type === 'text' ? part.text : '';
    expect(text).toMatch(/^\/echo Please go through these\.\n\nThere are 2 review comments/);
    expect(text).toContain('README.md, line 2:\n\n```\nthere\n```\n\nWhy "there"?');
    expect(text).toContain(`lines 3 to 6 before the change (the file has changed since`);
    expect(text).toContain(`\`\`\`\`\n${tricky}\n\`\`\`\`\n\nDrop it.`);
    expect(text).toContain('"odd \\"name\\"\\n.md"');
    const after = await review().get(session.id);
    expect(after.comments.map(({ sentTurnId }) => sentTurnId)).toEqual([sent.turn.id, sent.turn.id]);
    await expect(review().removeComment(first.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(review().sendComments(session.id, { ...body, turnId: newId('turn') })).rejects.toMatchObject(
      {
        code: 'invalid_request',
      },
    );
    expect(wordsOf(messages)).not.toBe('');
  });

  it('go to a chat of their session only', async () => {
    await review().createComment(session.id, comment());
    const other = await home.desk('demo', home.newRepository());
    const body = { chatId: other.chat.id, turnId: newId('turn') };
    await expect(review().sendComments(session.id, body)).rejects.toMatchObject({ code: 'chat_not_found' });
  });
});

describe('staging', () => {
  it('takes a hunk as it was seen, and is refused when the file has changed since', async () => {
    write('README.md', 'hello\nthere\n');
    const { hunks } = await review().fileDiff(session.id, { scope: 'unstaged' }, 'README.md');
    const files = [{ path: 'README.md', hunks: hunks.map(({ id }) => id ?? '') }];
    await review().stage(session.id, { files });
    expect(git('diff', '--cached', '--name-only')).toBe('README.md\n');
    await review().unstage(session.id, { files: [{ path: 'README.md' }] });
    expect(git('diff', '--cached', '--name-only')).toBe('');
    write('README.md', 'hello\nthere now\n');
    await expect(review().stage(session.id, { files })).rejects.toMatchObject({ code: 'changed_since' });
    await expect(review().stage(session.id, { files: [{ path: '../x' }] })).rejects.toMatchObject({
      code: 'path_outside',
    });
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\nthere now\n');
  });

  it('waits for no turn: while one runs it is refused, with its id', async () => {
    const { id } = await home.client.submitPrompt(chat.id, {
      id: newId('turn'),
      content: [{ type: 'text', text: '/wait' }],
    });
    await home.until(chat, (state) => state.turns[id]?.state === 'running');
    await expect(review().stage(session.id, { files: [{ path: 'README.md' }] })).rejects.toMatchObject({
      code: 'conflict',
      details: { turnId: id },
    });
    await home.client.cancelTurn(id);
    await home.client.waitForTurn(chat.id, id);
  });
});

it('tells both chats when they write the same file at the same time, and keeps it', async () => {
  const desk = await home.desk('demo', home.newRepository());
  const [one, other] = [desk.chat, await home.client.createChat(desk.session.id, { agent: 'demo' })];
  await home.turn(one, '/echo made');
  // The agent writes its notes, and then waits to be allowed a command: both are at work until they are cancelled.
  await home.client.updatePolicy('session', desk.session.id, { mode: 'accept_edits' });
  await home.turn(other, '/write demo-notes.md before');
  const first = await home.client.submitPrompt(one.id, say('go on'));
  await home.until(one, (state) => Object.values(state.permissions).some(({ state }) => state === 'pending'));
  expect((await review().get(desk.session.id)).sharedFiles).toEqual([]);

  const second = await home.client.submitPrompt(other.id, say('go on'));
  for (const chat of [one, other]) {
    const { messages } = await home.until(chat, (state) => noticesOf(state.messages).length > 0);
    expect(noticesOf(messages)).toEqual([expect.stringContaining('demo-notes.md is written by the chat')]);
  }
  const { sharedFiles } = await review().get(desk.session.id);
  expect(sharedFiles.map(({ path: name, chatIds }) => [name, chatIds.toSorted()])).toEqual([
    ['demo-notes.md', [one.id, other.id].toSorted()],
  ]);
  for (const { id, chatId } of [first, second]) {
    await home.client.cancelTurn(id);
    await home.client.waitForTurn(chatId, id);
  }
  await home.restart();
  for (const chat of [one, other]) {
    const { messages } = await home.client.listMessages(chat.id, { limit: 500 });
    expect(noticesOf(messages)).toHaveLength(1);
  }
});

function noticesOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'notice' && part.code === 'shared_file' ? [part.text] : [])),
  );
}
