/** A turn that runs while its server goes away: the next server takes it up, and nobody can tell. */
import { Ledger, LocalProcesses } from '@pilotlight/keeper';
import type { Chat, ChatState, Message, Part, Turn } from '@pilotlight/protocol';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { composeServer } from '../src/index.ts';
import { Home, say, wordsOf, type Desk } from './composed-harness.ts';
import { KeptProcesses } from './kept-processes.ts';

/** An agent that has us run a command for each prompt, and says how it ended and what it said. */
const TERMINAL_USER = `
  const waiting = new Map();
  let next = 1;
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const ask = (method, params) => new Promise((resolve) => { waiting.set(next, resolve); send({ id: next++, method, params }); });
  const text = (sessionId, text) => send({ method: 'session/update', params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } } } });
  const methods = {
    // With a helper of its own, as some agents have.
    initialize: () => (require('node:child_process').spawn('sleep', ['600']), { protocolVersion: 1 }),
    'session/new': () => ({ sessionId: 's' }),
    'session/prompt': async ({ sessionId, prompt }) => {
      const { terminalId } = await ask('terminal/create', { sessionId, command: prompt[0].text });
      text(sessionId, 'running;');
      const { exitCode } = await ask('terminal/wait_for_exit', { sessionId, terminalId });
      const { output } = await ask('terminal/output', { sessionId, terminalId });
      text(sessionId, exitCode + ';' + output);
      return { stopReason: 'end_turn' };
    },
  };
  const handle = async ({ id, method, params, result }) => {
    if (!method) return waiting.get(id)?.(result);
    const answer = await methods[method]?.(params);
    if (id !== undefined) send({ id, result: answer ?? {} });
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line))).on('close', () => process.exit());
`;

let home: Home;
let keeper: KeptProcesses;

beforeEach(async () => {
  const command = process.execPath;
  home = new Home([
    { id: 'shell', name: 'Shell', command, args: ['-e', TERMINAL_USER], offer: { terminal: true } },
  ]);
  const ledger = join(home.dataFolder, 'processes');
  mkdirSync(ledger, { recursive: true });
  keeper = new KeptProcesses(new LocalProcesses(new Ledger(ledger)));
  await serve();
});
afterEach(() => home[Symbol.asyncDispose]());

/** A server on the home, whose agents outlive it. */
async function serve(more: Record<string, string> = {}, port = 0): Promise<void> {
  const { dataFolder, folder: homeFolder } = home;
  const processes = async () => keeper.port();
  const env = { ...home.env(), ...more };
  home.server = await composeServer({
    dataFolder,
    homeFolder,
    port,
    env,
    processes,
    residencyEveryMs: 50,
  });
  home.client = home.newClient(home.server);
}

/** The server goes and another comes; `meanwhile` happens when there is none. */
async function handOver(
  meanwhile: () => void | Promise<void> = () => {},
  env: Record<string, string> = {},
): Promise<void> {
  await home.running.leave('keep');
  await meanwhile();
  await serve(env);
}

async function release(desk: Desk, gate: string): Promise<void> {
  writeFileSync(join(desk.folder, gate), '');
}

function timeless(part: Part): unknown {
  return 'startedAt' in part ? { ...part, startedAt: 0, endedAt: part.endedAt === null ? null : 0 } : part;
}

/** What the agent said in each message. */
async function parts(chat: Chat): Promise<unknown[]> {
  const { messages } = await home.client.listMessages(chat.id, { limit: 500 });
  const said = messages.filter(({ role }: Message) => role === 'assistant');
  // What differs by nature: the folder, and the ids an agent gives its tools.
  const folder = /place-\d+/g;
  const ids = /call_[0-9a-f-]{36}/g;
  const json = JSON.stringify(said.map((message) => message.parts.map(timeless)));
  return JSON.parse(json.replace(folder, 'place').replace(ids, 'call')) as unknown[];
}

async function allow(state: ChatState): Promise<void> {
  for (const { id, options, state: at } of Object.values(state.permissions)) {
    const option = options.find(({ kind }) => kind === 'allow_once');
    if (at === 'pending' && option !== undefined)
      await home.client.answerPermission(id, { optionId: option.optionId });
  }
}

const pending = (state: ChatState) =>
  Object.values(state.permissions).filter((one) => one.state === 'pending');

/** Runs the demo's whole script, answering what it asks; `at` is called at each question. */
async function play(desk: Desk, at: (question: number) => Promise<void> = async () => {}): Promise<Turn> {
  const { id } = await home.client.submitPrompt(desk.chat.id, say('tidy the notes'));
  for (let question = 1; question <= 2; question++) {
    await home.until(desk.chat, (state) => pending(state).length === 1);
    await at(question);
    const state = await home.until(desk.chat, (state) => pending(state).length === 1);
    await allow(state);
    await home.until(desk.chat, (now) => pending(now).every((one) => !(one.id in state.permissions)));
  }
  return home.client.waitForTurn(desk.chat.id, id);
}

it('in the middle of an answer: every word once, and the turn says that it was taken up', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  await handOver();
  await release(desk, 'gate');
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(turn).toMatchObject({ state: 'completed', continuity: 'reattached', error: null });
  expect(await home.words(desk.chat)).toBe('holding released');
  // The process is the same, and still warm.
  expect(await home.turn(desk.chat, '/recall')).toMatchObject({ state: 'completed', continuity: 'live' });
  expect(await home.words(desk.chat)).toContain('Earlier prompts of this session: 1');
});

it('what was said while no server was there is all there, also the end', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  await handOver(async () => {
    await release(desk, 'gate');
    await keeper.said('released');
  });
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(turn).toMatchObject({ state: 'completed', continuity: 'reattached' });
  expect(await home.words(desk.chat)).toBe('holding released');
});

it('a whole script is the same with a server lost at each of its questions as without', async () => {
  const calm = await home.desk();
  await play(calm);
  const disturbed = await home.desk();
  const asked: string[] = [];
  const turn = await play(disturbed, async () => {
    const before = await home.until(disturbed.chat, (state) => pending(state).length === 1);
    await handOver();
    const after = await home.until(disturbed.chat, (state) => pending(state).length === 1);
    // Shown again, not asked again.
    expect(pending(after).map(({ id }) => id)).toEqual(pending(before).map(({ id }) => id));
    asked.push(...pending(after).map(({ id }) => id));
  });
  expect(turn.state).toBe('completed');
  expect(new Set(asked).size).toBe(2);
  expect(await parts(disturbed.chat)).toEqual(await parts(calm.chat));
  expect(existsSync(join(disturbed.folder, 'demo-notes.md'))).toBe(true);
});

it('an answer given just before the server went reaches the agent once', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/ask'));
  const state = await home.until(desk.chat, (now) => pending(now).length === 1);
  await allow(state);
  await handOver();
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('You chose allow-once.');
});

it('an answer that was written down and never sent is sent by the next server', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/ask'));
  const state = await home.until(desk.chat, (now) => pending(now).length === 1);
  keeper.cut();
  await allow(state);
  await handOver();
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('You chose allow-once.');
});

it('an "always" that was written down and never sent is told as once, and its rule answers the next by itself', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/run true'));
  const state = await home.until(desk.chat, (now) => pending(now).length === 1);
  const [open] = pending(state);
  keeper.cut();
  await home.client.answerPermission(open?.id ?? '', { optionId: 'allow-always' });
  await handOver();
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  await expect(
    home.client.answerPermission(open?.id ?? '', { optionId: 'reject-once' }),
  ).rejects.toMatchObject({ code: 'permission_answered', details: { answer: { optionId: 'allow-always' } } });
  expect(await home.turn(desk.chat, '/run true')).toMatchObject({ state: 'completed' });
  const all = await home.client.listPermissions({ chatId: desk.chat.id });
  expect(all.map(({ decision, answer }) => [decision?.by, answer])).toEqual([
    ['user', { optionId: 'allow-always', toldOptionId: 'allow-once' }],
    ['rule', { optionId: 'allow-once' }],
  ]);
});

it('a deadline is kept by the next server, and its refusal reaches the agent once', async () => {
  const desk = await home.desk();
  await home.client.updatePolicy('session', desk.session.id, { answerWithin: 1 });
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/ask'));
  const state = await home.until(desk.chat, (now) => pending(now).length === 1);
  await handOver();
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('You chose reject-once.');
  const [asked] = pending(state);
  expect(await home.client.getPermission(asked?.id ?? '')).toMatchObject({
    deadlineAt: asked?.deadlineAt,
    decision: { by: 'deadline' },
  });
});

it('a mode answers what an earlier server has asked', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/write note.txt words'));
  await home.until(desk.chat, (now) => pending(now).length === 1);
  await handOver();
  await home.client.updatePolicy('project', desk.session.projectId, { mode: 'accept_edits' });
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(existsSync(join(desk.folder, 'note.txt'))).toBe(true);
  const all = await home.client.listPermissions({ chatId: desk.chat.id });
  expect(all.map(({ answeredBy }) => answeredBy)).toEqual(['mode']);
});

it('a prompt that never reached its agent is given to it, once', async () => {
  const desk = await home.desk();
  await home.turn(desk.chat, '/echo one;');
  keeper.cut();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/echo two;'));
  await handOver();
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  await home.turn(desk.chat, '/recall');
  expect(await home.words(desk.chat)).toMatch(/^one;two;Earlier prompts of this session: 2\n/);
});

it('a cancelled turn ends as cancelled, by whichever server', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/wait'));
  await home.said(desk.chat, 'waiting');
  await handOver();
  await home.client.cancelTurn(id);
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(turn).toMatchObject({ state: 'cancelled', error: { details: { by: 'acknowledged' } } });
});

it('an agent that died meanwhile: the turn says so, with all that was said', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  const [agent] = await home.client.listProcesses();
  await handOver(async () => {
    process.kill(agent?.pid ?? 0, 'SIGKILL');
    await keeper.ended();
  });
  const turn = await home.client.waitForTurn(desk.chat.id, id);
  expect(turn).toMatchObject({
    state: 'interrupted',
    error: {
      code: 'interrupted',
      message: expect.stringContaining('ended while no server was there: SIGKILL'),
      details: { reason: 'agent_gone', signal: 'SIGKILL' },
    },
  });
  expect(await home.words(desk.chat)).toBe('holding');
});

it('two chats in one process: one turn goes on, the other chat hears nothing twice', async () => {
  const desk = await home.desk();
  const second = await home.client.createChat(desk.session.id, {});
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  await home.turn(second, '/echo beside;');
  await home.turn(second, '/late');
  await home.until(second, (state) =>
    state.messages.some(({ turnId, role }) => turnId === null && role === 'assistant'),
  );
  const before = await parts(second);
  await handOver();
  await release(desk, 'gate');
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await parts(second)).toEqual(before);
  expect(wordsOf((await home.client.listMessages(desk.chat.id, {})).messages)).toBe('holding released');
});

it('what was done with before stays out of a turn that goes on, when its process has to tell it again', async () => {
  const desk = await home.desk();
  const second = await home.client.createChat(desk.session.id, {});
  // While this one runs, nothing that the process says is forgotten.
  const long = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  await home.turn(second, '/echo one;');
  const { id } = await home.client.submitPrompt(second.id, say('/hold other'));
  await home.said(second, 'holding');
  await handOver();
  await release(desk, 'gate');
  await release(desk, 'other');
  expect(await home.client.waitForTurn(second.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.client.waitForTurn(desk.chat.id, long.id)).toMatchObject({ state: 'completed' });
  expect(await home.words(second)).toBe('one;holding released');
});

it('goes on through many servers', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  for (let n = 0; n < 5; n++) await handOver();
  await release(desk, 'gate');
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('holding released');
});

it('a command that an agent has us run goes on, with what it said and how it ended', async () => {
  const desk = await home.desk('shell');
  const line = 'echo before; until [ -e gate ]; do sleep 0.02; done; echo after; exit 3';
  const { id } = await home.client.submitPrompt(desk.chat.id, say(line));
  await home.said(desk.chat, 'running;');
  await keeper.said('before');
  await handOver();
  await handOver();
  await release(desk, 'gate');
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.words(desk.chat)).toBe('running;3;before\nafter\n');
});

it('a command that nobody asks for again ends', async () => {
  const desk = await home.desk('shell');
  const { id } = await home.client.submitPrompt(desk.chat.id, say('exec sleep 600'));
  await home.said(desk.chat, 'running;');
  const [agent] = await home.client.listProcesses();
  await handOver(() => {
    process.kill(agent?.pid ?? 0, 'SIGKILL');
  });
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({ state: 'failed' });
  await keeper.ended();
  expect(home.survivors('shell')).toEqual([]);
});

it('an idle agent that was taken over is released as any other', async () => {
  const desk = await home.desk('shell');
  await home.turn(desk.chat, 'true');
  await handOver(() => {}, { PILOTLIGHT_IDLE_MINUTES: '0.005' });
  const released = await home.until(
    desk.chat,
    ({ agentSessions }) => agentSessions['shell']?.state === 'cold',
  );
  expect(released.agentSessions['shell']?.why).toContain('idle');
  expect(home.survivors('shell')).toEqual([]);
});

it('a server that does not come to listen leaves what it took up to the next one', async () => {
  const desk = await home.desk();
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/hold gate'));
  await home.said(desk.chat, 'holding');
  await home.running.leave('keep');
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  await expect(serve({}, (other.address() as AddressInfo).port)).rejects.toMatchObject({
    code: 'port_in_use',
  });
  other.close();
  await serve();
  await release(desk, 'gate');
  expect(await home.client.waitForTurn(desk.chat.id, id)).toMatchObject({
    state: 'completed',
    continuity: 'reattached',
  });
  expect(await home.words(desk.chat)).toBe('holding released');
});
