/** A server that is killed in the middle of its work, and the one that comes after it on the same data folder. */
import {
  CONTINUE_PROMPT,
  chatTopic,
  type ChatState,
  type ErrorInfo,
  type TopicState,
  type Turn,
} from '@pilotlight/protocol';
import { stopKeepers } from '@pilotlight/keeper';
import { scriptedAgent } from '@pilotlight/testkit';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Home, say, wordsOf } from './composed-harness.ts';
import { RawTopic } from './raw-topic.ts';

interface Address {
  url: string;
  token: string;
}

let home: Home;
const children: ChildProcess[] = [];

beforeEach(() => {
  home = new Home([
    { id: 'good', name: 'Good', ...scriptedAgent('no-resume') },
    { id: 'stubborn', name: 'Stubborn', ...scriptedAgent('ignores-sigterm') },
  ]);
});
afterEach(async () => {
  for (const child of children.splice(0)) await ended(child, () => child.disconnect());
  await stopKeepers(home.dataFolder);
  await home[Symbol.asyncDispose]();
});

/** Ends a child in some way and waits until it is gone. */
async function ended(child: ChildProcess, how: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected || child.exitCode === null) how();
  await exit;
}

async function start(
  ...keeper: 'keeper'[]
): Promise<{ child: ChildProcess; said: Address | { error: ErrorInfo } }> {
  const args = [home.dataFolder, ...keeper];
  const child = fork(new URL('./server-child.ts', import.meta.url), args, { env: home.env() });
  children.push(child);
  const [said] = (await once(child, 'message')) as [Address | { error: ErrorInfo }];
  return { child, said };
}

async function startWell(...keeper: 'keeper'[]): Promise<{ child: ChildProcess; at: Address }> {
  const { child, said } = await start(...keeper);
  if ('error' in said) throw new Error(said.error.message);
  home.client = home.newClient(said);
  return { child, at: said };
}

const chat = (state: TopicState): ChatState => state as ChatState;

it('kill -9 in mid-turn: what was said is kept, no process is left, and the queue goes on', async () => {
  const first = await startWell();
  const desk = await home.desk();
  const topic = chatTopic(desk.chat.id);
  using before = new RawTopic(first.at, topic);
  await home.turn(desk.chat, '/echo done;');
  const running = await home.client.submitPrompt(desk.chat.id, say('/wait'));
  await home.said(desk.chat, 'waiting');
  const queued = [];
  for (const text of ['/echo one;', '/echo two;'])
    queued.push(await home.client.submitPrompt(desk.chat.id, say(text)));
  const agents = (await home.client.listProcesses()).map(({ pid }) => pid);
  expect(agents).toHaveLength(1);
  const seen = structuredClone(
    await before.until(
      (state) =>
        wordsOf(chat(state).messages).endsWith('waiting') && Object.keys(chat(state).turns).length === 4,
    ),
  );
  await ended(first.child, () => first.child.kill('SIGKILL'));

  const second = await startWell();
  for (const pid of agents) expect(home.survivors()).not.toContain(pid);
  using after = new RawTopic(second.at, topic, seen);
  const last = queued[1]?.id ?? '';
  const end = chat(
    await after.until(
      (state) => chat(state).turns[last]?.endedAt != null && chat(state).chat?.activity === 'idle',
    ),
  );
  expect(end.turns[running.id]).toMatchObject({
    state: 'interrupted',
    error: {
      code: 'interrupted',
      message: expect.stringMatching(/without a keeper.*send again/),
      details: { reason: 'no_keeper' },
    },
  });
  expect(wordsOf(end.messages.filter(({ turnId }) => turnId === running.id))).toBe('waiting');
  for (const { id } of queued) expect(end.turns[id]?.state).toBe('completed');
  // The end of the interrupted turn folded its frames, so this chat begins with a snapshot; nothing goes back.
  const [at = 0] = after.seqs;
  expect(at).toBeGreaterThan(seen.seq);
  expect(after.seqs).toEqual(after.seqs.map((_, n) => at + n));
  expect(await home.until(desk.chat, () => true)).toEqual(end);
  expect(home.ledger()).toHaveLength(1);
});

it('kill -9 beside a chat at rest: its client goes on without a gap', async () => {
  const first = await startWell();
  const [busy, rest] = [await home.desk(), await home.desk()];
  await home.turn(rest.chat, '/echo before;');
  const seen = await home.until(rest.chat, ({ chat: row }) => row?.activity === 'idle');
  await home.client.submitPrompt(busy.chat.id, say('/wait'));
  await home.said(busy.chat, 'waiting');
  await ended(first.child, () => first.child.kill('SIGKILL'));
  const second = await startWell();
  using topic = new RawTopic(second.at, chatTopic(rest.chat.id), structuredClone(seen));
  const held = await home.client.submitPrompt(rest.chat.id, say('/hold go-on'));
  await topic.until((state) => wordsOf(chat(state).messages).endsWith('holding'));
  expect(topic.snapshots).toBe(0);
  expect(topic.seqs).toEqual(topic.seqs.map((_, n) => seen.seq + n + 1));
  await home.client.cancelTurn(held.id);
  expect((await home.client.waitForTurn(rest.chat.id, held.id)).state).toBe('cancelled');
});

it('kill -9 with an agent that outlives it: the next server ends it, and resumes its chat', async () => {
  const first = await startWell();
  const desk = await home.desk('stubborn');
  expect(await home.turn(desk.chat, 'hi')).toMatchObject({ continuity: 'fresh' });
  const [stubborn = 0] = home.survivors('stubborn');
  await ended(first.child, () => first.child.kill('SIGKILL'));
  expect(home.survivors('stubborn')).toEqual([stubborn]);
  await startWell();
  expect(home.survivors('stubborn')).toEqual([]);
  expect(home.ledger()).toEqual([]);
  expect(await home.turn(desk.chat, 'again')).toMatchObject({ state: 'completed', continuity: 'resumed' });
});

it('kill -9 with a question open: it is released, and its turn can be sent again', async () => {
  const first = await startWell();
  const desk = await home.desk();
  await home.client.submitPrompt(desk.chat.id, say('/ask'));
  const state = await home.until(desk.chat, ({ permissions }) => Object.keys(permissions).length === 1);
  const [permission] = Object.values(state.permissions);
  await ended(first.child, () => first.child.kill('SIGKILL'));
  await startWell();
  expect(await home.client.getPermission(permission?.id ?? '')).toMatchObject({
    state: 'cancelled',
    answer: null,
  });
  const { messages } = await home.client.listMessages(desk.chat.id);
  const tools = messages.flatMap(({ parts }) => parts).filter((part) => part.type === 'tool_call');
  expect(tools.map(({ toolCall }) => toolCall.status)).toEqual(['cancelled']);
  expect(await home.client.getChat(desk.chat.id)).toMatchObject({
    activity: 'idle',
    lastTurnState: 'interrupted',
  });
  expect(await home.turn(desk.chat, '/recall')).toMatchObject({ state: 'completed' });
});

it('kill -9 again and again under load: every prompt has run once or says that it was interrupted', async () => {
  let server = await startWell();
  const desk = await home.desk('good');
  const sent: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 10; n++)
      sent.push((await home.client.submitPrompt(desk.chat.id, say(`${round}.${n}`))).id);
    const fifth = sent.at(-6) ?? '';
    await home.until(desk.chat, ({ turns }) => turns[fifth]?.endedAt != null);
    await ended(server.child, () => server.child.kill('SIGKILL'));
    server = await startWell();
  }
  const last = sent.at(-1) ?? '';
  await home.until(desk.chat, ({ turns }) => turns[last]?.endedAt != null);
  const { turns, messages } = await home.client.listMessages(desk.chat.id, { limit: 500 });
  expect(turns.map(({ id }) => id).toSorted()).toEqual(sent.toSorted());
  expect(messages.flatMap(({ role, turnId }) => (role === 'user' ? [turnId] : []))).toEqual(sent);
  const interrupted = turns.filter(({ state }) => state === 'interrupted');
  expect(interrupted.length).toBeLessThanOrEqual(3);
  expect(turns.filter(({ state }) => state === 'completed')).toHaveLength(sent.length - interrupted.length);
  for (const { id, state } of turns) {
    const words = wordsOf(messages.filter(({ turnId }) => turnId === id));
    if (state === 'completed') expect(words).toBe('hello from no-resume');
    else expect('hello from no-resume').toContain(words);
  }
});

/** A turn in mid-answer whose server is killed, and what the next server makes of it; `meanwhile` there is none. */
async function interruptedTurn(meanwhile: (agent: number) => void): Promise<Turn> {
  const first = await startWell('keeper');
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/wait'));
  await home.said(desk.chat, 'waiting');
  const [agent] = await home.client.listProcesses();
  await ended(first.child, () => first.child.kill('SIGKILL'));
  meanwhile(agent?.pid ?? 0);
  await startWell('keeper');
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(await home.words(desk.chat)).toBe('waiting');
  expect(await home.turn(desk.chat, '/recall')).toMatchObject({ state: 'completed', continuity: 'resumed' });
  return turn;
}

it('kill -9 of the server and of the keeper: the turn says that the keeper is gone', async () => {
  const turn = await interruptedTurn(() => {
    const folder = join(home.dataFolder, 'keeper', 'keepers');
    const [name = ''] = readdirSync(folder);
    const { pid } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
  });
  expect(turn).toMatchObject({
    state: 'interrupted',
    error: {
      code: 'interrupted',
      message: expect.stringMatching(
        /^The keeper of the agents ended while this turn ran, and demo with it\. /,
      ),
      details: { reason: 'keeper_gone' },
    },
  });
});

it('kill -9 of the server and of the agent: the turn says how the agent ended', async () => {
  const turn = await interruptedTurn((agent) => process.kill(agent, 'SIGKILL'));
  expect(turn).toMatchObject({
    state: 'interrupted',
    error: {
      code: 'interrupted',
      message: expect.stringContaining('ended while no server was there: SIGKILL'),
      details: { reason: 'agent_gone', exitCode: null, signal: 'SIGKILL' },
    },
  });
});

it('an interrupted turn goes on by itself where that is wanted: before what waits, and only once', async () => {
  let server = await startWell();
  expect(await home.client.getSettings()).toMatchObject({ continueInterrupted: false });
  await home.client.updateSettings({ continueInterrupted: true });
  const desk = await home.desk();
  const cut = await home.client.submitPrompt(desk.chat.id, say('/wait'));
  await home.said(desk.chat, 'waiting');
  const queued = await home.client.submitPrompt(desk.chat.id, say('/echo queued;'));
  // The continuation runs the demo's script, which waits for an answer; it is cut off there, and not continued.
  for (let round = 0; round < 2; round++) {
    await ended(server.child, () => server.child.kill('SIGKILL'));
    server = await startWell();
    expect(await home.client.getSettings()).toMatchObject({ continueInterrupted: true });
    if (round === 0)
      await home.until(desk.chat, ({ permissions }) =>
        Object.values(permissions).some(({ state }) => state === 'pending'),
      );
  }
  await home.until(desk.chat, ({ turns }) => turns[queued.id]?.endedAt != null);
  const { turns, messages } = await home.client.listMessages(desk.chat.id, { limit: 500 });
  const byStart = turns.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
  const [first, continuation, last] = byStart;
  expect(byStart).toHaveLength(3);
  expect(first).toMatchObject({ id: cut.id, state: 'interrupted', continues: null });
  expect(first?.error?.message).toMatch(/it goes on by itself\.$/);
  expect(continuation).toMatchObject({
    state: 'interrupted',
    continues: cut.id,
    agent: 'demo',
    model: cut.model,
  });
  expect(continuation?.error?.message).toMatch(/send again to go on\.$/);
  expect(last).toMatchObject({ id: queued.id, state: 'completed', continues: null });
  const prompt = messages.find(({ id }) => id === continuation?.messageId);
  expect(prompt?.parts).toEqual([{ type: 'text', text: CONTINUE_PROMPT }]);
});

it('killed again and again with continuations: every turn is continued at most once', async () => {
  let server = await startWell();
  await home.client.updateSettings({ continueInterrupted: true });
  const desk = await home.desk('good');
  for (let round = 0; round < 4; round++) {
    for (let n = 0; n < 4; n++) await home.client.submitPrompt(desk.chat.id, say(`${round}.${n}`));
    await ended(server.child, () => server.child.kill('SIGKILL'));
    server = await startWell();
  }
  await home.until(desk.chat, ({ chat: row }) => row?.activity === 'idle');
  const { turns } = await home.client.listMessages(desk.chat.id, { limit: 500 });
  const interrupted = turns.filter(({ state, continues }) => state === 'interrupted' && continues === null);
  const continued = turns.flatMap(({ continues }) => continues ?? []);
  expect(continued.toSorted()).toEqual(interrupted.map(({ id }) => id).toSorted());
});

it('a second server on the same data folder is refused, and is told who is there', async () => {
  const first = await startWell();
  const { said } = await start();
  expect(said).toMatchObject({
    error: {
      code: 'data_folder_in_use',
      message: expect.stringContaining(first.at.url),
      details: { pid: first.child.pid, url: first.at.url, folder: home.dataFolder },
    },
  });
  expect(await home.client.health()).toMatchObject({ status: 'up', pid: first.child.pid });
});
