/**
 * Every scripted agent misbehaves in one way. Each must end as said here while a chat of another agent, in a process of
 * its own, is in the middle of a turn and goes on as if nothing were.
 */
import type { AgentSessionHandle, PermissionOutcome, TurnResult } from '@pilotlight/protocol';
import { scriptedAgent } from '@pilotlight/testkit';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Bench, demoSpec, type AskOptions, type TurnLog } from './test-bench.ts';

type Defect = Parameters<typeof scriptedAgent>[0];

/** A bench with the defective agent `bad` and a bystander in the middle of a turn; disposing checks the bystander. */
class HostileBench extends Bench {
  readonly defect: Defect;
  bystander!: TurnLog;

  constructor(defect: Defect, more: Record<string, unknown> = {}, ...args: string[]) {
    super(demoSpec(), { id: 'bad', name: 'Bad', ...scriptedAgent(defect, ...args), ...more });
    this.defect = defect;
  }

  static async make(
    defect: Defect,
    more: Record<string, unknown> = {},
    ...args: string[]
  ): Promise<HostileBench> {
    const bench = new HostileBench(defect, more, ...args);
    bench.bystander = bench.prompt(
      await bench.ensure('bystander'),
      `/hold ${join(bench.worktree(), 'go-on')}`,
    );
    await bench.bystander.said('holding');
    return bench;
  }

  bad(chatId = 'c1'): Promise<AgentSessionHandle> {
    return this.ensure(chatId, 'bad');
  }

  badTurn(options: AskOptions = {}, chatId = 'c1'): Promise<{ log: TurnLog; result: TurnResult }> {
    return this.turn(chatId, 'hi', 'bad', options);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    writeFileSync(join(this.worktree(), 'go-on'), '');
    const result = await this.bystander.result;
    const { text } = this.bystander;
    await super[Symbol.asyncDispose]();
    if (!result.ok || text !== 'holding released')
      throw new Error(`the bystander was disturbed: ${JSON.stringify({ result, text })}`);
  }
}

const quick = { initialize: 1000, newSession: 600, cancel: 300, close: 300 };

const harmless: Defect[] = [
  'noise-before',
  'noise-during',
  'noise-flood',
  'unknown-updates',
  'string-ids',
  'wrong-id',
  'answers-twice',
  'stderr-flood',
  'batch',
  'updates-after-end',
  'duplicate-chunks-in-tools',
  'unknown-stop-reason',
  'permission-left-open',
  'deep-json',
];

test.each(harmless)('%s: the turn ends well and its text is whole', async (defect) => {
  await using bench = await HostileBench.make(defect);
  const { log, result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  expect(log.text).toBe(`hello from ${defect}`);
});

test('invalid-utf8: the bad bytes are replaced', async () => {
  await using bench = await HostileBench.make('invalid-utf8');
  const { log, result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  expect(log.text).toBe('hello \uFFFD\uFFFD(\uFFFDfrom invalid-utf8');
});

test('split-utf8: a character in two reads is one character', async () => {
  await using bench = await HostileBench.make('split-utf8');
  expect((await bench.badTurn()).log.text).toBe('hello 🔥 from split-utf8');
});

test('giant-line: 10 MiB in one message arrive', async () => {
  await using bench = await HostileBench.make('giant-line');
  const { log, result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  expect(log.text).toHaveLength(10 * 1024 * 1024);
});

test('oversize-line: the turn fails clearly and the process is ended', async () => {
  await using bench = await HostileBench.make('oversize-line');
  const { result } = await bench.badTurn();
  expect(result.error).toMatchObject({
    code: 'agent_protocol',
    message: expect.stringContaining('67108864 bytes'),
  });
});

const startFailures: [Defect, string, string][] = [
  ['never-answers-initialize', 'agent_timeout', 'did not answer initialize within 1 s'],
  ['never-answers-new', 'agent_timeout', 'did not answer session/new within 0.6 s'],
  ['exit-at-start', 'agent_failed', 'Bad ended: exit 7. Last lines: exit-at-start: cannot go on'],
  ['exit-at-initialize', 'agent_failed', 'Bad ended: exit 7. Last lines: exit-at-initialize: cannot go on'],
  ['exit-at-new', 'agent_failed', 'Bad ended: exit 7. Last lines: exit-at-new: cannot go on'],
  ['error-auth-new', 'agent_login_required', 'Bad needs a login: Authentication required. Run bad login.'],
  ['wrong-version', 'agent_protocol', 'speaks version 7 of the Agent Client Protocol, we speak version 1'],
];

test.each(startFailures)(
  '%s: the start fails with %s and leaves no process',
  async (defect, code, message) => {
    await using bench = await HostileBench.make(defect, { deadlines: quick, login: 'Run bad login.' });
    await expect(bench.bad()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    const [bystander] = bench.children;
    const processes = await bench.backend.inspect();
    expect(processes.map(({ pid }) => pid)).toEqual([bystander?.pid]);
    expect(bench.survivors()).toContain(bystander?.pid);
    expect(bench.survivors()).not.toContain(bench.children[1]?.pid);
    expect(bench.residency.at(-1)).toMatchObject({
      chatId: 'c1',
      state: 'cold',
      why: expect.stringContaining(message),
    });
  },
);

const turnFailures: [Defect, string, string, string][] = [
  ['exit-at-prompt', 'agent_failed', 'Bad ended: exit 7. Last lines: exit-at-prompt: cannot go on', ''],
  ['exit-mid-text', 'agent_failed', 'Bad ended: exit 7.', 'hello from '],
  ['exit-mid-tool', 'agent_failed', 'Bad ended: exit 7.', ''],
  ['kill-self-mid-text', 'agent_failed', 'Bad ended: SIGKILL.', 'hello '],
  ['closes-stdout', 'agent_failed', 'Bad closed its output and lives on', 'hello '],
  ['half-line-then-exit', 'agent_failed', 'Bad ended: exit 7.', 'hello '],
];

test.each(turnFailures)('%s: the turn fails, the text so far stays, the next one resumes', async (...row) => {
  const [defect, code, message, text] = row;
  await using bench = await HostileBench.make(defect, { deadlines: quick });
  const { log, result } = await bench.badTurn();
  expect(result.ok).toBe(false);
  expect(result.error).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(log.text).toBe(text);
  expect(bench.backend.continuity(await bench.bad())).toBe('resumed');
  expect(bench.children).toHaveLength(3);
});

test('no-result: the turn fails, the process stays', async () => {
  await using bench = await HostileBench.make('no-result');
  const { log, result } = await bench.badTurn();
  expect(result.error).toMatchObject({ code: 'agent_protocol' });
  expect(log.text).toBe('hello from no-result');
  expect(bench.backend.continuity(await bench.bad())).toBe('live');
});

test('error-auth-prompt: the turn asks for a login and keeps the session', async () => {
  await using bench = await HostileBench.make('error-auth-prompt', { login: 'Run bad login.' });
  const { result } = await bench.badTurn();
  expect(result.error).toMatchObject({
    code: 'agent_login_required',
    message: expect.stringContaining('Run bad login.'),
  });
  expect(bench.backend.continuity(await bench.bad())).toBe('live');
});

test('exit-with-permission-open: the turn fails with the exit code', async () => {
  await using bench = await HostileBench.make('exit-with-permission-open');
  const { result } = await bench.badTurn({ onPermission: () => new Promise(() => {}) });
  expect(result.error).toMatchObject({ code: 'agent_failed', details: { exitCode: 7 } });
});

test('grandchild-holds-pipe: the turn ends with the process, and the grandchild is gone', async () => {
  await using bench = await HostileBench.make('grandchild-holds-pipe');
  const { log, result } = await bench.badTurn();
  expect(result.error).toMatchObject({ code: 'agent_failed', details: { exitCode: 7 } });
  const grandchild = Number(/grandchild (\d+)/.exec(log.text)?.[1]);
  expect(grandchild).toBeGreaterThan(1);
  await expect.poll(() => bench.survivors()).not.toContain(grandchild);
});

const deaf: [Defect, string][] = [
  ['never-answers-prompt', 'session_closed'],
  ['ignores-cancel', 'session_closed'],
  ['stops-itself', 'process_ended'],
];

test.each(deaf)('%s: a cancel ends by %s', async (defect, by) => {
  await using bench = await HostileBench.make(defect, { deadlines: quick });
  const log = bench.prompt(await bench.bad(), 'hi');
  if (defect !== 'never-answers-prompt') await log.said('hello ');
  log.abort.abort();
  const what = by === 'session_closed' ? 'its session was closed' : 'its process was ended';
  const message = expect.stringMatching(`^Cancelled: .* did not answer the cancel, so ${what}\\.`);
  expect(await log.result).toMatchObject({
    ok: false,
    error: { code: 'cancelled', message, details: { by } },
  });
  if (defect === 'ignores-cancel') expect(log.text).toBe('hello still working ');
  await bench.told(() => bench.residency.at(-1)?.state === 'cold');
  expect(bench.survivors()).not.toContain(bench.children[1]?.pid);
  expect(bench.backend.continuity(await bench.bad())).toBe('resumed');
});

test('ignores-sigterm: closing it ends it nevertheless', async () => {
  await using bench = await HostileBench.make('ignores-sigterm', { deadlines: quick });
  const { result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  await bench.backend.closeSession(await bench.bad());
  expect(await bench.children[1]?.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('slow-start: prompts of one chat wait for the same start', async () => {
  const bench = new HostileBench('slow-start');
  const file = join(bench.folder, 'start');
  bench.addAgent({ id: 'bad', name: 'Bad', ...scriptedAgent('slow-start', file) });
  bench.bystander = bench.prompt(await bench.ensure('bystander'), `/hold ${join(bench.worktree(), 'go-on')}`);
  await using _ = bench;
  const both = Promise.all([bench.bad(), bench.bad()]);
  await bench.told(() =>
    bench.residency.some(({ chatId, state }) => chatId === 'c1' && state === 'starting'),
  );
  writeFileSync(file, '');
  const [first, second] = await both;
  expect(first).toBe(second);
  expect((await bench.badTurn()).log.text).toBe('hello from slow-start');
});

test('updates-after-end: what comes late goes to the chat, not to the next turn', async () => {
  await using bench = await HostileBench.make('updates-after-end');
  await bench.badTurn();
  const late = (): string =>
    bench.outOfTurn.map(({ event }) => (event.type === 'text' ? event.text : '')).join('');
  await bench.told(() => late() === ' after the end');
  expect((await bench.badTurn()).log.text).toBe('late from before hello from updates-after-end');
});

test('permission-left-open: the question is released when the turn ends', async () => {
  await using bench = await HostileBench.make('permission-left-open');
  const { result } = await bench.badTurn({ onPermission: () => new Promise(() => {}) });
  expect(result).toEqual({ ok: true });
});

test('permission-never-listed-tool: the question announces the tool', async () => {
  await using bench = await HostileBench.make('permission-never-listed-tool');
  const onPermission = async (): Promise<PermissionOutcome> => ({ outcome: 'selected', optionId: 'yes' });
  const { log } = await bench.badTurn({ onPermission });
  const tools = log.events.filter((event) => event.type === 'tool_call' || event.type === 'tool_update');
  expect(tools.map(({ type, toolCall }) => [type, toolCall.title, toolCall.status])).toEqual([
    ['tool_call', 'A question', 'pending'],
    ['tool_update', 'A question', 'completed'],
  ]);
  expect(tools.at(-1)?.toolCall.rawOutput).toEqual({ outcome: { outcome: 'selected', optionId: 'yes' } });
});

test('duplicate-chunks-in-tools: one call for each id, and none runs backwards', async () => {
  await using bench = await HostileBench.make('duplicate-chunks-in-tools');
  const { log } = await bench.badTurn();
  const tools = log.events.filter((event) => event.type === 'tool_call' || event.type === 'tool_update');
  expect(tools.filter(({ type }) => type === 'tool_call').map(({ toolCall }) => toolCall.id)).toEqual([
    'early',
    'bare',
  ]);
  expect(
    tools.filter(({ toolCall }) => toolCall.id === 'early').map(({ toolCall }) => toolCall.status),
  ).toEqual(['in_progress', 'in_progress', 'completed']);
});

test('unknown-updates: what nobody knows is kept as it came', async () => {
  await using bench = await HostileBench.make('unknown-updates');
  const { log } = await bench.badTurn();
  const opaque = log.events.filter((event) => event.type === 'opaque');
  expect(opaque.map(({ name }) => name)).toEqual([
    '_vendor/weather',
    'agent_message_chunk',
    'agent_message_chunk',
    'current_mode_update',
    'usage_update',
    'plan',
  ]);
});

test('deep-json: a value nested too deep is replaced', async () => {
  await using bench = await HostileBench.make('deep-json');
  const { log } = await bench.badTurn();
  const tool = log.events.findLast((event) => event.type === 'tool_update');
  expect(tool?.toolCall).toMatchObject({ status: 'completed', rawOutput: '[nested too deep]' });
});

test('unknown-stop-reason: passed on as a notice', async () => {
  await using bench = await HostileBench.make('unknown-stop-reason');
  const { log } = await bench.badTurn();
  expect(log.events.at(-1)).toMatchObject({ type: 'notice', text: 'Bad ended the turn: coffee_break.' });
});

test('fs-escape: only files of the worktree are served', async () => {
  await using bench = await HostileBench.make('fs-escape', {
    offer: { readTextFile: true, writeTextFile: true },
  });
  const cwd = bench.worktree();
  writeFileSync(join(cwd, '..', 'outside.txt'), 'secret');
  const { log, result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  const lines = log.text.trimEnd().split('\n');
  const allowed = lines.filter((line) => line.includes(': result '));
  // A file that is not there reads as empty; going out and in again is inside.
  expect(allowed).toEqual([
    `read ${cwd}/inside.txt: result {"content":""}`,
    `write ${cwd}/../${cwd.split('/').at(-1)}/inside-again.txt: result {}`,
  ]);
  expect(lines).toHaveLength(8);
  expect(log.text).not.toContain('secret');
  expect(readFileSync(join(cwd, 'inside-again.txt'), 'utf8')).toBe('escaped');
  for (const name of ['escaped-absolute.txt', 'escaped-dots.txt', 'escaped-link.txt']) {
    expect(existsSync(join(cwd, '..', name))).toBe(false);
  }
});

test('fs-escape without the offer: every request is refused', async () => {
  await using bench = await HostileBench.make('fs-escape');
  const { log } = await bench.badTurn();
  expect(log.text.match(/"code":-32601/g)).toHaveLength(8);
});

test('terminal-user: terminals run, end, are killed and released', async () => {
  await using bench = await HostileBench.make('terminal-user', { offer: { terminal: true } });
  const { log, result } = await bench.badTurn();
  expect(result).toEqual({ ok: true });
  const lines = log.text.trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^create: result \{"terminalId":"term_/),
    'wait: result {"exitCode":3,"signal":null}',
    expect.stringContaining(
      'output: result {"output":"from the terminal\\n","truncated":false,"exitStatus":{"exitCode":3',
    ),
    'release: result {}',
    expect.stringContaining('output after release: error {"code":-32002'),
    expect.stringMatching(/^create: result/),
    'kill: result {}',
    expect.stringMatching(/^wait after kill: result \{"exitCode":null,"signal":"SIG/),
    'release: result {}',
  ]);
});

test('no-resume: the next process begins anew', async () => {
  await using bench = await HostileBench.make('no-resume');
  await bench.badTurn();
  await bench.backend.closeSession(await bench.bad());
  const before = bench.stored.get('c1/bad');
  expect(bench.backend.continuity(await bench.bad())).toBe('fresh');
  expect(bench.stored.get('c1/bad')).not.toEqual(before);
});

const restored: [Defect, string][] = [
  ['load-only', 'loaded'],
  ['load-replay-late', 'loaded'],
  ['resume-replays', 'resumed'],
];

test.each(restored)('%s: nothing of the past is shown again', async (defect, continuity) => {
  await using bench = await HostileBench.make(defect);
  await bench.badTurn();
  await bench.backend.closeSession(await bench.bad());
  expect(bench.backend.continuity(await bench.bad())).toBe(continuity);
  const { log } = await bench.badTurn();
  expect(log.text).toBe(`hello from ${defect}`);
  expect(bench.outOfTurn.filter(({ chatId, event }) => chatId === 'c1' && event.type === 'text')).toEqual([]);
});

test('many-sessions: chunks of two chats in one stream stay apart', async () => {
  await using bench = await HostileBench.make('many-sessions');
  const chats = ['c1', 'c2', 'c3'];
  const turns = await Promise.all(chats.map((chat) => bench.badTurn({}, chat)));
  expect(bench.children).toHaveLength(2);
  for (const [index, { log }] of turns.entries()) {
    const id = bench.stored.get(`${chats[index]}/bad`)?.agentSessionId;
    const expected = Array.from({ length: 20 }, (_, n) => `${id}:hi:${n + 1}\n`).join('');
    expect(log.text).toBe(expected);
  }
});

test('one process that dies takes only its own chats with it', async () => {
  await using bench = await HostileBench.make('many-sessions', { sharedProcess: false });
  // One after the other, so that it is known whose process is which.
  const one = await bench.bad('c1');
  await bench.bad('c2');
  const turn = bench.prompt(one, 'hi');
  process.kill(bench.children[1]?.pid ?? 0, 'SIGKILL');
  process.kill(bench.children[2]?.pid ?? 0, 0);
  await turn.result;
  await bench.told(() => bench.residency.some(({ state }) => state === 'cold'));
  expect(bench.residency.filter(({ state }) => state === 'cold')).toHaveLength(1);
});
