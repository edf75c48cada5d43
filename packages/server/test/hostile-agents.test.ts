/**
 * Every scripted agent misbehaves in one way. Through the whole server its turn must end as the table says, while a
 * chat of another agent is in the middle of a turn and a third one counts on as if nothing were.
 */
import {
  isToolEnded,
  type ErrorCode,
  type Message,
  type Permission,
  type Turn,
  type TurnState,
} from '@pilotlight/protocol';
import { scriptedAgent } from '@pilotlight/testkit';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, say, wordsOf, type AgentEntry, type Desk } from './composed-harness.ts';

type Defect = Parameters<typeof scriptedAgent>[0];

interface Expected {
  state: TurnState;
  code?: ErrorCode;
  /** in the message of the error */
  message?: string;
  /** what the transcript keeps of the agent's words; `hello from DEFECT` without it */
  said?: string;
  /** `warm` without it; null: the agent session never came up, and a cold start would have failed in the same way */
  dispatch?: Turn['dispatch'];
  /** of a second turn with the same agent in the same chat; `live` without it, null: it is not tried */
  second?: Turn['continuity'];
  /** cancelled when it has said this much */
  cancelAt?: string;
  /** whether its process is gone when the turn is, without anybody having released it */
  gone?: boolean;
  entry?: Partial<AgentEntry>;
}

const LOGIN = 'Run `bad login`.';
const quick = { deadlines: { initialize: 1500, newSession: 800, cancel: 300, close: 300 } };
const well: Expected = { state: 'completed' };
const died = (said: string): Expected => ({
  state: 'failed',
  code: 'agent_failed',
  message: 'ended: exit 7.',
  said,
  second: 'resumed',
  gone: true,
});
/** Warm and then cold, in the same way. */
const noStart = (code: ErrorCode, message: string): Expected => ({
  state: 'failed',
  code,
  message,
  said: '',
  dispatch: 'cold',
  second: null,
  gone: true,
  entry: quick,
});
const deaf = (said: string, cancelAt: string): Expected => ({
  state: 'cancelled',
  code: 'cancelled',
  message: 'did not answer the cancel',
  said,
  cancelAt,
  second: null,
  gone: true,
  entry: quick,
});

/** Those with a test of their own below. */
type Special =
  | 'slow-start'
  | 'error-auth-new'
  | 'error-auth-prompt'
  | 'exit-with-permission-open'
  | 'permission-left-open'
  | 'permission-never-listed-tool'
  | 'grandchild-holds-pipe'
  | 'giant-line'
  | 'ignores-sigterm'
  | 'updates-after-end'
  | 'many-sessions'
  | 'fs-escape'
  | 'terminal-user'
  | 'no-resume'
  | 'load-only'
  | 'load-replay-late'
  | 'resume-replays';

/** Their tests are in login.test.ts. */
const elsewhere = ['needs-login', 'model-needs-key', 'usage-limit'] as const;
type Elsewhere = (typeof elsewhere)[number];

const table: Record<Exclude<Defect, Special | Elsewhere>, Expected> = {
  'noise-before': well,
  'noise-during': well,
  'noise-flood': well,
  'stderr-flood': well,
  'deep-json': well,
  'unknown-updates': well,
  'string-ids': well,
  'wrong-id': well,
  'answers-twice': well,
  batch: well,
  'unknown-stop-reason': well,
  'duplicate-chunks-in-tools': well,
  'invalid-utf8': { ...well, said: 'hello \uFFFD\uFFFD(\uFFFDfrom invalid-utf8' },
  'split-utf8': { ...well, said: 'hello 🔥 from split-utf8' },
  'oversize-line': {
    state: 'failed',
    code: 'agent_protocol',
    message: '67108864 bytes',
    said: '',
    second: null,
    gone: true,
  },
  'no-result': { state: 'failed', code: 'agent_protocol' },
  'wrong-version': noStart('agent_protocol', 'speaks version 7'),
  'never-answers-initialize': noStart('agent_timeout', 'did not answer initialize within 1.5 s'),
  'never-answers-new': noStart('agent_timeout', 'did not answer session/new within 0.8 s'),
  'exit-at-start': noStart('agent_failed', 'exit 7. Last lines: exit-at-start: cannot go on'),
  'exit-at-initialize': noStart('agent_failed', 'exit 7. Last lines: exit-at-initialize: cannot go on'),
  'exit-at-new': noStart('agent_failed', 'exit 7. Last lines: exit-at-new: cannot go on'),
  'exit-at-prompt': died(''),
  'exit-mid-text': died('hello from '),
  'exit-mid-tool': died(''),
  'half-line-then-exit': died('hello '),
  'kill-self-mid-text': { ...died('hello '), message: 'ended: SIGKILL.' },
  'closes-stdout': { ...died('hello '), message: 'closed its output and lives on' },
  'never-answers-prompt': deaf('', ''),
  'ignores-cancel': deaf('hello still working ', 'hello '),
  'stops-itself': deaf('hello ', 'hello '),
};

const special: Record<Special, Partial<AgentEntry>> = {
  'slow-start': {},
  'error-auth-new': {},
  'error-auth-prompt': {},
  'exit-with-permission-open': {},
  'permission-left-open': {},
  'permission-never-listed-tool': {},
  'grandchild-holds-pipe': {},
  'giant-line': {},
  'ignores-sigterm': {},
  'updates-after-end': {},
  'many-sessions': {},
  'fs-escape': { offer: { readTextFile: true, writeTextFile: true } },
  'terminal-user': { offer: { terminal: true } },
  'no-resume': {},
  'load-only': {},
  'load-replay-late': {},
  'resume-replays': {},
};

function entry(defect: Defect, more: Partial<AgentEntry> = {}, ...args: string[]): AgentEntry {
  return { id: defect, name: 'Bad', login: LOGIN, ...scriptedAgent(defect, ...args), ...more };
}

let home: Home;
let holding: Desk;
let counting: Desk;
let heldTurn: string;
let startFile: string;

beforeAll(async () => {
  home = await Home.start();
  startFile = join(home.newFolder(), 'start');
  const tabled = Object.entries(table).map(([defect, { entry: more }]) => entry(defect as Defect, more));
  const others = Object.entries(special).map(([defect, more]) =>
    entry(defect as Defect, more, ...(defect === 'slow-start' ? [startFile] : [])),
  );
  home.writeAgents([...tabled, ...others, { ...entry('no-resume'), id: 'good' }]);
  [holding, counting] = await Promise.all([home.desk(), home.desk()]);
  heldTurn = (await home.client.submitPrompt(holding.chat.id, say('/hold go-on'))).id;
  await home.said(holding.chat, 'holding');
});

// One bystander lives through all of the file.
afterAll(async () => {
  writeFileSync(join(holding.folder, 'go-on'), '');
  const held = await home.client.waitForTurn(holding.chat.id, heldTurn);
  const words = await home.words(holding.chat);
  if (held.state !== 'completed' || words !== 'holding released')
    throw new Error(`the bystander was disturbed: ${JSON.stringify({ held, words })}`);
  await home[Symbol.asyncDispose]();
});

/** The other chat counts while `work` goes on, and has every number in the end. */
async function besides<T>(work: () => Promise<T>): Promise<T> {
  const other = (await home.client.submitPrompt(counting.chat.id, say('/count 200'))).id;
  const result = await work();
  const turn = await home.client.waitForTurn(counting.chat.id, other);
  expect(turn).toMatchObject({ state: 'completed', error: null });
  const { messages } = await home.client.listMessages(counting.chat.id);
  const numbers = Array.from({ length: 200 }, (_, n) => n + 1).join(' ');
  expect(wordsOf(messages.filter(({ turnId }) => turnId === other)).trim()).toBe(numbers);
  expect((await home.client.getTurn(heldTurn)).state).toBe('running');
  expect((await home.client.health()).store.state).toBe('up');
  return result;
}

async function messagesOf(desk: Desk, turn: Turn): Promise<Message[]> {
  const { messages } = await home.client.listMessages(desk.chat.id);
  return messages.filter(({ turnId }) => turnId === turn.id);
}

function toolsOf(messages: Message[]) {
  const parts = messages.flatMap((message) => message.parts);
  return parts.flatMap((part) => (part.type === 'tool_call' ? [part.toolCall] : []));
}

/** Its only permission, once it is as asked. */
async function permissionOf(desk: Desk, state: Permission['state']): Promise<Permission> {
  const found = await home.until(desk.chat, ({ permissions }) =>
    Object.values(permissions).some((permission) => permission.state === state),
  );
  const [permission] = Object.values(found.permissions);
  if (permission === undefined) throw new Error('there is no permission');
  return home.client.getPermission(permission.id);
}

/** Another agent goes on in the same chat, and is told what it had not seen. */
async function goesOn(desk: Desk): Promise<void> {
  const turn = await home.turn(desk.chat, 'and on', { agent: 'good' });
  expect(turn).toMatchObject({ state: 'completed', error: null });
  expect(wordsOf(await messagesOf(desk, turn))).toBe('hello from no-resume');
}

/** Nothing of the agent is left once its session is removed. */
async function leavesNothing(desk: Desk, agent: Defect): Promise<void> {
  await home.client.removeSession(desk.session.id);
  await expect.poll(() => home.survivors(agent), { timeout: 10_000 }).toEqual([]);
}

test.each(Object.entries(table))('%s: ends as expected, and nobody else notices', async (name, expected) => {
  const defect = name as Defect;
  const { state, code, message = '', said = `hello from ${defect}`, dispatch = 'warm' } = expected;
  const desk = await home.desk(defect);
  const run = async (): Promise<Turn> => {
    const { id } = await home.client.submitPrompt(desk.chat.id, say('hi'));
    if (expected.cancelAt !== undefined) {
      await home.until(
        desk.chat,
        ({ turns, messages }) =>
          turns[id]?.state === 'running' && wordsOf(messages).includes(expected.cancelAt ?? ''),
      );
      await home.client.cancelTurn(id);
    }
    return home.client.waitForTurn(desk.chat.id, id);
  };
  const turn = await besides(run);
  expect(turn).toMatchObject({ state, dispatch });
  if (code === undefined) expect(turn.error).toBeNull();
  else expect(turn.error).toMatchObject({ code, message: expect.stringContaining(message) });
  const messages = await messagesOf(desk, turn);
  expect(messages[0]).toMatchObject({ role: 'user', parts: [{ type: 'text', text: 'hi' }] });
  expect(wordsOf(messages)).toBe(said);
  expect(toolsOf(messages).filter(({ status }) => !isToolEnded(status))).toEqual([]);
  const notices = messages.flatMap(({ parts }) => parts).filter((part) => part.type === 'notice');
  expect(notices.filter((notice) => notice.code === 'cold')).toHaveLength(dispatch === 'cold' ? 1 : 0);
  if (expected.gone === true) await expect.poll(() => home.survivors(defect)).toEqual([]);
  if (expected.second !== null) {
    const second = await run();
    expect(second).toMatchObject({ state, continuity: expected.second ?? 'live' });
    expect(wordsOf(await messagesOf(desk, second))).toBe(said);
  }
  await goesOn(desk);
  await leavesNothing(desk, defect);
});

test('the table and the special ones are all there are', async () => {
  const { definitions } = await import('../../testkit/src/scripted-agents/definitions.ts');
  expect(new Set([...Object.keys(table), ...Object.keys(special), ...elsewhere])).toEqual(
    new Set(Object.keys(definitions)),
  );
});

test.each(['error-auth-new', 'error-auth-prompt'] as const)(
  '%s: the prompt waits for a login, and other chats do not notice',
  async (defect) => {
    const desk = await home.desk(defect);
    await besides(async () => {
      const { id } = await home.client.submitPrompt(desk.chat.id, say('hi'));
      const held = await home.until(desk.chat, ({ chat }) => chat?.hold !== undefined);
      expect(held.chat?.hold).toMatchObject({ reason: 'login', message: expect.stringContaining(LOGIN) });
      expect(held.turns[id]?.state).toBe('queued');
      expect((await home.client.cancelTurn(id)).turn?.state).toBe('cancelled');
    });
  },
);

test('slow-start: prompts wait for it, in order; a cancel does not wait', async () => {
  const desk = await home.desk('slow-start');
  const other = await home.client.createChat(desk.session.id, {});
  const first = await home.client.submitPrompt(desk.chat.id, say('one'));
  const second = await home.client.submitPrompt(desk.chat.id, say('two'));
  const given = await home.client.submitPrompt(other.id, say('never'));
  expect(second.state).toBe('queued');
  await home.until(other, ({ agentSessions }) => agentSessions['slow-start']?.state === 'starting');
  await home.client.cancelTurn(given.id);
  expect(await home.client.waitForTurn(other.id, given.id)).toMatchObject({ state: 'cancelled' });
  await besides(async () => writeFileSync(startFile, ''));
  for (const { id } of [first, second])
    expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('hello from slow-start'.repeat(2));
  await leavesNothing(desk, 'slow-start');
});

test('exit-with-permission-open: the question is released with the turn', async () => {
  const desk = await home.desk('exit-with-permission-open');
  const turn = await besides(() => home.turn(desk.chat, 'hi'));
  expect(turn).toMatchObject({ state: 'failed', error: { code: 'agent_failed', details: { exitCode: 7 } } });
  const permission = await permissionOf(desk, 'cancelled');
  await expect(
    home.client.answerPermission(permission.id, { optionId: 'yes', by: 'test' }),
  ).rejects.toMatchObject({ code: 'permission_answered' });
  await goesOn(desk);
  await leavesNothing(desk, 'exit-with-permission-open');
});

test('permission-left-open: the turn completes and its question is released', async () => {
  const desk = await home.desk('permission-left-open');
  const turn = await besides(() => home.turn(desk.chat, 'hi'));
  expect(turn).toMatchObject({ state: 'completed', error: null });
  expect(await permissionOf(desk, 'cancelled')).toMatchObject({ answer: null });
  expect((await home.client.getChat(desk.chat.id)).activity).toBe('idle');
  await leavesNothing(desk, 'permission-left-open');
});

test('permission-never-listed-tool: the question announces the tool', async () => {
  const desk = await home.desk('permission-never-listed-tool');
  const { id } = await home.client.submitPrompt(desk.chat.id, say('hi'));
  const permission = await besides(() => permissionOf(desk, 'pending'));
  expect((await home.client.getChat(desk.chat.id)).activity).toBe('needs_you');
  await home.client.answerPermission(permission.id, { optionId: 'yes', by: 'test' });
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(turn.state).toBe('completed');
  expect(toolsOf(await messagesOf(desk, turn))).toMatchObject([
    { id: 'ghost', title: 'A question', status: 'completed' },
  ]);
  await leavesNothing(desk, 'permission-never-listed-tool');
});

test('grandchild-holds-pipe: the turn ends with the process, and the grandchild goes too', async () => {
  const desk = await home.desk('grandchild-holds-pipe');
  const turn = await besides(() => home.turn(desk.chat, 'hi'));
  expect(turn).toMatchObject({ state: 'failed', error: { code: 'agent_failed' } });
  expect(await home.words(desk.chat)).toMatch(/^grandchild \d+$/);
  await expect.poll(() => home.survivors('grandchild-holds-pipe')).toEqual([]);
  await goesOn(desk);
});

test('giant-line: 10 MiB in one message are kept whole, most of them in blobs', async () => {
  const desk = await home.desk('giant-line');
  const turn = await besides(() => home.turn(desk.chat, 'hi'));
  expect(turn.state).toBe('completed');
  const parts = (await messagesOf(desk, turn)).flatMap((message) =>
    message.role === 'assistant' ? message.parts : [],
  );
  const sizes = await Promise.all(
    parts.map(async (part) => {
      if (part.type !== 'text') return 0;
      const heads = await Promise.all((part.head ?? []).map(({ blob }) => home.client.getBlob(blob)));
      return heads.reduce((sum, bytes) => sum + bytes.length, part.text.length);
    }),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10 * 1024 * 1024);
  expect(JSON.stringify(parts).length).toBeLessThan(256 * 1024);
  await leavesNothing(desk, 'giant-line');
});

test('ignores-sigterm: releasing it ends it nevertheless', async () => {
  const desk = await home.desk('ignores-sigterm');
  expect(await besides(() => home.turn(desk.chat, 'hi'))).toMatchObject({ state: 'completed' });
  expect(home.survivors('ignores-sigterm')).toHaveLength(1);
  await leavesNothing(desk, 'ignores-sigterm');
});

test('updates-after-end: what comes late stays with the chat and is not of the next turn', async () => {
  const desk = await home.desk('updates-after-end');
  await besides(() => home.turn(desk.chat, 'hi'));
  const state = await home.until(desk.chat, ({ messages }) => wordsOf(messages).endsWith(' after the end'));
  const late = state.messages.filter(({ turnId, role }) => turnId === null && role === 'assistant');
  expect(wordsOf(late)).toBe(' after the end');
  const second = await home.turn(desk.chat, 'again');
  expect(wordsOf(await messagesOf(desk, second))).toBe('late from before hello from updates-after-end');
  await leavesNothing(desk, 'updates-after-end');
});

test('many-sessions: chats that speak in one stream stay apart', async () => {
  const desks = await Promise.all([1, 2, 3].map(() => home.desk('many-sessions')));
  const turns = await besides(() => Promise.all(desks.map((desk, n) => home.turn(desk.chat, `chat${n}`))));
  for (const [n, desk] of desks.entries()) {
    expect(turns[n]).toMatchObject({ state: 'completed' });
    const lines = (await home.words(desk.chat)).trimEnd().split('\n');
    expect(lines.map((line) => line.split(':').slice(1).join(':'))).toEqual(
      Array.from({ length: 20 }, (_, at) => `chat${n}:${at + 1}`),
    );
  }
  for (const desk of desks) await home.client.removeSession(desk.session.id);
  await expect.poll(() => home.survivors('many-sessions')).toEqual([]);
});

test('fs-escape: nothing outside of the worktree is read or written', async () => {
  const desk = await home.desk('fs-escape');
  const beside = (name: string): string => join(desk.folder, '..', name);
  writeFileSync(beside('outside.txt'), 'secret');
  expect(await besides(() => home.turn(desk.chat, 'hi'))).toMatchObject({ state: 'completed' });
  const words = await home.words(desk.chat);
  expect(words.trimEnd().split('\n')).toHaveLength(8);
  expect(words.split('\n').filter((line) => line.includes(': result '))).toHaveLength(2);
  expect(words).not.toContain('secret');
  for (const name of ['escaped-absolute.txt', 'escaped-dots.txt', 'escaped-link.txt'])
    expect(existsSync(beside(name))).toBe(false);
  expect(existsSync(join(desk.folder, 'inside-again.txt'))).toBe(true);
  await leavesNothing(desk, 'fs-escape');
});

test('terminal-user: its terminals run and are gone with it', async () => {
  const desk = await home.desk('terminal-user');
  expect(await besides(() => home.turn(desk.chat, 'hi'))).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toContain('"output":"from the terminal\\n"');
  await leavesNothing(desk, 'terminal-user');
});

const restores: [Special, Turn['continuity']][] = [
  ['no-resume', 'recap'],
  ['load-only', 'loaded'],
  ['load-replay-late', 'loaded'],
  ['resume-replays', 'resumed'],
];

test.each(restores)('%s: comes back as %s, and shows nothing twice', async (defect, continuity) => {
  const desk = await home.desk(defect);
  const first = await besides(() => home.turn(desk.chat, 'hi'));
  expect(first).toMatchObject({ state: 'completed', continuity: 'fresh' });
  await home.client.releaseAgentSession(desk.chat.id, defect);
  const second = await home.turn(desk.chat, 'again');
  expect(second).toMatchObject({ state: 'completed', continuity });
  expect(await home.words(desk.chat)).toBe(`hello from ${defect}`.repeat(2));
  await leavesNothing(desk, defect);
});
