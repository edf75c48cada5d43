import { scriptedAgent } from '@pilotlight/testkit';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Home, say, type AgentEntry, type Desk } from './composed-harness.ts';

const KEY = 'sk-very-secret-4711';
const entry: AgentEntry = {
  id: 'account',
  name: 'Account',
  keys: ['SCRIPTED_KEY'],
  login: 'Run `account login`.',
  ...scriptedAgent('needs-login'),
};

/** A prompt that waits for a login. */
async function held(home: Home): Promise<Desk & { turnId: string }> {
  const desk = await home.desk('account');
  const { id: turnId } = await home.client.submitPrompt(desk.chat.id, say('hello'));
  const state = await home.until(desk.chat, ({ chat }) => chat?.hold !== undefined);
  expect(state.chat).toMatchObject({
    activity: 'needs_you',
    hold: { reason: 'login', agent: 'account', message: expect.stringContaining('Run `account login`') },
  });
  expect(state.turns[turnId]?.state).toBe('queued');
  expect(state.messages).toEqual([]);
  return { ...desk, turnId };
}

test('a key is set once, kept in a private file, and what waited goes on with it', async () => {
  await using home = await Home.start([entry]);
  const { chat, turnId } = await held(home);
  const login = await home.client.agentLogin('account');
  expect(login).toMatchObject({ agent: 'account', keysSet: [], waitingChatIds: [chat.id] });
  expect(login.methods.map(({ kind, variables }) => [kind, variables])).toEqual([
    ['agent', []],
    ['key', ['SCRIPTED_KEY']],
    ['terminal', []],
  ]);

  const frames: string[] = [];
  using _following = home.client.followChat(chat.id, {
    onState: (state, more) => frames.push(JSON.stringify(more ?? state)),
  });
  const after = await home.client.setKey('account', { key: KEY });
  expect(after).toMatchObject({ keysSet: ['SCRIPTED_KEY'], waitingChatIds: [] });
  expect(await home.client.waitForTurn(chat.id, turnId)).toMatchObject({ state: 'completed' });
  expect(await home.words(chat)).toBe('hello from needs-login by key');

  const file = join(home.dataFolder, 'keys', 'account.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // Nowhere else: no frame, no answer, no file.
  expect(frames.join('')).not.toContain(KEY);
  expect(JSON.stringify([after, await home.client.listAgents()])).not.toContain(KEY);
  await home.server?.close();
  const files = readdirSync(home.dataFolder, { recursive: true, withFileTypes: true });
  const holding = files
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .filter((path) => readFileSync(path, 'latin1').includes(KEY));
  expect(holding).toEqual([file]);

  // It is for the next server as well, until it is taken back.
  await home.restart();
  expect(await home.turn(chat, 'again')).toMatchObject({ state: 'completed' });
  await home.client.removeKeys('account');
  expect((await home.client.agentLogin('account')).keysSet).toEqual([]);
});

test.each(['in-error', 'in-words'])('a model that refuses the key, told %s, is a login', async (how) => {
  const { name, keys } = entry;
  await using home = await Home.start([
    { id: 'account', name, keys, ...scriptedAgent('model-needs-key', how) },
  ]);
  const { chat } = await home.desk('account');
  const { id: turnId } = await home.client.submitPrompt(chat.id, say('hello'));
  const state = await home.until(chat, (now) => now.chat?.hold !== undefined);
  expect(state.chat?.hold).toMatchObject({
    reason: 'login',
    message: expect.stringMatching(/API key|HTTP 401/),
  });
  expect(state.turns[turnId]?.state).toBe('queued');
  expect(state.messages).toEqual([]);
  await home.client.setKey('account', { key: KEY });
  expect(await home.client.waitForTurn(chat.id, turnId)).toMatchObject({ state: 'completed' });
  expect(await home.words(chat)).toBe('hello from model-needs-key');
});

test('an agent that logs in by itself is told to, and again whenever a session wants it', async () => {
  await using home = await Home.start([entry]);
  const { chat, turnId } = await held(home);
  await expect(home.client.logIn('account', { methodId: 'key' })).rejects.toMatchObject({
    code: 'agent_login_required',
    message: expect.stringContaining('there is no method key'),
  });
  expect((await home.client.getTurn(turnId)).state).toBe('queued');
  await home.client.logIn('account', { methodId: 'browser' });
  expect(await home.client.waitForTurn(chat.id, turnId)).toMatchObject({ state: 'completed' });
  expect(await home.words(chat)).toBe('hello from needs-login by browser');
  await home.restart();
  const other = await home.desk('account');
  expect(await home.turn(other.chat, 'hi')).toMatchObject({ state: 'completed' });
});

test('a prompt that waits for a login does so over a restart; trying again without one changes nothing', async () => {
  await using home = await Home.start([entry]);
  const { chat, turnId } = await held(home);
  await home.restart();
  const before = await home.until(chat, () => true);
  expect(before.chat?.hold).toMatchObject({ reason: 'login' });
  expect(before.turns[turnId]?.state).toBe('queued');
  const since = before.chat?.hold?.since ?? 0;
  await home.client.logIn('account');
  const again = await home.until(chat, (state) => (state.chat?.hold?.since ?? 0) > since);
  expect(again.turns[turnId]?.state).toBe('queued');
  await home.client.cancelTurn(turnId);
  const idle = await home.until(chat, (state) => state.chat?.activity === 'idle');
  expect(idle.messages).toEqual([]);
  await expect(home.client.agentLogin('nobody')).rejects.toMatchObject({ code: 'agent_unknown' });
  await expect(home.client.setKey('demo', { key: KEY })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.not.stringContaining(KEY),
  });
});

test('a usage limit parks the chat, says until when, and what waits stays', async () => {
  const limited: AgentEntry = { id: 'limited', name: 'Limited', ...scriptedAgent('usage-limit', '3 hours') };
  await using home = await Home.start([limited]);
  const { chat } = await home.desk('limited');
  const { id } = await home.client.submitPrompt(chat.id, say('hello'));
  const parked = await home.until(chat, (state) => state.chat?.hold !== undefined);
  expect(parked.chat?.hold).toMatchObject({
    reason: 'usage_limit',
    goesOn: false,
    message: expect.stringContaining('Try again in 3 hours'),
  });
  const { hold } = parked.chat ?? {};
  const resetsAt = hold?.reason === 'usage_limit' ? hold.resetsAt : null;
  expect(Math.abs((resetsAt ?? 0) - Date.now() - 3 * 3_600_000)).toBeLessThan(60_000);
  expect(parked.turns[id]?.state).toBe('queued');
  expect(parked.messages).toEqual([]);
  expect((await home.client.updateHold(chat.id, { goesOn: true })).hold).toMatchObject({ goesOn: true });
  await home.restart();
  expect((await home.client.getChat(chat.id)).hold).toMatchObject({ goesOn: true, resetsAt });
  await home.client.removeTurn(id);
  await home.client.goOn(chat.id);
  expect((await home.client.getChat(chat.id)).hold).toBeUndefined();
});

test('budgets are set, listed with their use, and taken back', async () => {
  await using home = await Home.start();
  const { chat } = await home.desk();
  await home.turn(chat, '/echo one');
  expect(await home.client.setBudget(chat.id, { tokens: 1 })).toMatchObject({
    scope: 'chat',
    isReached: true,
  });
  await expect(home.client.setBudget('day', {})).rejects.toMatchObject({ code: 'invalid_request' });
  const { id } = await home.client.submitPrompt(chat.id, say('/echo two'));
  const state = await home.until(chat, ({ chat: shown }) => shown?.hold !== undefined);
  expect(state.chat?.hold).toMatchObject({ reason: 'budget', subject: chat.id });
  expect((await home.client.listBudgets()).map(({ subject }) => subject)).toEqual([chat.id]);
  await home.client.removeBudget(chat.id);
  expect(await home.client.waitForTurn(chat.id, id)).toMatchObject({ state: 'completed' });
  expect(await home.client.listBudgets()).toEqual([]);
});
