import type { AgentEvent, ErrorInfo } from '@pilotlight/protocol';
import { PilotlightError } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { startDispatch, textOf } from './dispatch-harness.ts';
import type { AskedPrompt } from './scripted-backend.ts';

const LOGIN: ErrorInfo = { code: 'agent_login_required', message: 'alpha needs a login. Run `alpha login`.' };
const limit = (resetsAt?: number): ErrorInfo => ({
  code: 'agent_usage_limit',
  message: 'alpha has reached a usage limit.',
  ...(resetsAt === undefined ? {} : { details: { resetsAt } }),
});
const used = (inputTokens: number): AgentEvent => ({
  type: 'usage',
  usage: {},
  turn: {
    tokens: { inputTokens, outputTokens: 0, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    cost: { amount: inputTokens / 1000, currency: 'USD' },
  },
});

function refuse(asked: AskedPrompt, error: ErrorInfo): void {
  asked.end({ ok: false, error });
}

test('a prompt whose agent needs a login waits, and goes on when somebody has logged in', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  const turn = d.submit(chat.id, 'first');
  refuse(await d.backend.asked(), LOGIN);
  await d.dispatcher.drained();

  const held = d.state(chat.id);
  expect(held.turns[turn.id]).toMatchObject({
    state: 'queued',
    error: null,
    startedAt: null,
    prompt: [{ type: 'text', text: 'first' }],
  });
  expect(held.messages).toEqual([]);
  expect(held.chat).toMatchObject({
    activity: 'needs_you',
    hold: { reason: 'login', agent: 'alpha', message: expect.stringContaining('`alpha login`') },
  });
  // What comes after it waits behind it.
  d.submit(chat.id, 'second');
  expect(d.holds.waitingFor('alpha').map(({ id }) => id)).toEqual([chat.id]);

  d.holds.loggedIn('beta');
  expect(d.state(chat.id).chat?.hold).toBeDefined();
  d.holds.loggedIn('alpha');
  for (const text of ['first', 'second']) {
    const asked = await d.backend.asked();
    expect(asked.text).toBe(text);
    asked.ctx.onEvent({ type: 'text', text: `did ${text}` });
    asked.end();
  }
  await d.dispatcher.drained();
  const done = d.state(chat.id);
  expect(done.messages.map(textOf)).toEqual(['first', 'did first', 'second', 'did second']);
  expect(done.chat).toMatchObject({ activity: 'idle' });
  expect(done.chat?.hold).toBeUndefined();
  expect(d.errors).toEqual([]);
});

test('a login that is wanted before a session is there holds back that agent only', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  d.backend.failEnsure = new PilotlightError('agent_login_required', 'alpha needs a login.');
  const turn = d.submit(chat.id, 'hello');
  await d.dispatcher.drained();
  expect(d.state(chat.id).turns[turn.id]?.state).toBe('queued');
  d.backend.failEnsure = null;
  // Sent to another agent, it need not wait.
  d.dispatcher.updateTurn(turn.id, { agent: 'beta' });
  d.dispatcher.kick(chat.id);
  const asked = await d.backend.asked();
  expect(asked.handle.agent).toBe('beta');
  asked.end();
  await d.dispatcher.drained();
  expect(d.state(chat.id).turns[turn.id]?.state).toBe('completed');
});

test('trying again without a login holds the prompt again; cancelling it leaves nothing that waits', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  const turn = d.submit(chat.id, 'hello');
  refuse(await d.backend.asked(), LOGIN);
  await d.dispatcher.drained();
  d.holds.goOn(chat.id);
  refuse(await d.backend.asked(), LOGIN);
  await d.dispatcher.drained();
  expect(d.state(chat.id).chat?.hold).toMatchObject({ reason: 'login' });
  expect(d.dispatcher.cancelTurn(turn.id).state).toBe('cancelled');
  expect(d.state(chat.id).chat?.activity).toBe('idle');
});

test('a usage limit parks the chat over a restart, until the user lets it go on', async () => {
  const before = startDispatch();
  const { chat } = await before.chat();
  const turn = before.submit(chat.id, 'work');
  const asked = await before.backend.asked();
  asked.ctx.onEvent({ type: 'text', text: "You've hit your limit · resets " });
  asked.ctx.onEvent({ type: 'text', text: '3pm' });
  refuse(asked, limit(5_000_000));
  await before.dispatcher.drained();
  before.crash();

  await using d = startDispatch(before.root);
  d.dispatcher.kick(chat.id);
  d.holds.watch();
  const parked = d.state(chat.id);
  expect(parked.turns[turn.id]?.state).toBe('queued');
  expect(parked.messages).toEqual([]);
  expect(parked.chat).toMatchObject({
    activity: 'needs_you',
    hold: { reason: 'usage_limit', resetsAt: 5_000_000, goesOn: false },
  });
  // Its time alone does not start it.
  d.advance(6_000_000);
  d.dispatcher.kick(chat.id);
  await d.dispatcher.drained();
  expect(d.state(chat.id).turns[turn.id]?.state).toBe('queued');
  d.holds.goOn(chat.id);
  const again = await d.backend.asked();
  expect(again.text).toBe('work');
  again.end();
});

test('where the user asked for that, a parked chat goes on by itself when the limit resets', async () => {
  await using d = startDispatch();
  d.userSettings.update({ goOnAfterLimit: true });
  const { chat } = await d.chat();
  d.submit(chat.id, 'work');
  refuse(await d.backend.asked(), limit(1_000_000 + 40));
  await d.dispatcher.drained();
  expect(d.state(chat.id).chat).toMatchObject({ activity: 'queued', hold: { goesOn: true } });
  d.advance(50);
  const again = await d.backend.asked();
  expect(again.text).toBe('work');
  again.end();
  await d.dispatcher.drained();
  expect(d.state(chat.id).chat?.hold).toBeUndefined();
});

test('it can be decided for one chat, and a prompt sent after the reset goes on as well', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  expect(() => d.holds.decideGoOn(chat.id, true)).toThrow(/not wait for a usage limit/);
  d.submit(chat.id, 'work');
  refuse(await d.backend.asked(), limit(1_000_000 + 1000));
  await d.dispatcher.drained();
  expect(d.holds.decideGoOn(chat.id, true).hold).toMatchObject({ goesOn: true });
  expect(d.holds.decideGoOn(chat.id, false).hold).toMatchObject({ goesOn: false });
  d.advance(2000);
  d.submit(chat.id, 'and on');
  for (const text of ['work', 'and on']) {
    const asked = await d.backend.asked();
    expect(asked.text).toBe(text);
    asked.end();
  }
  await d.dispatcher.drained();
  expect(d.state(chat.id).chat?.hold).toBeUndefined();
});

test('a limit in the middle of work ends that turn, and what continues it waits first', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  const turn = d.submit(chat.id, 'long work');
  const next = d.submit(chat.id, 'next');
  const asked = await d.backend.asked();
  asked.ctx.onEvent({ type: 'text', text: 'I have done half of it.' });
  refuse(asked, limit());
  await d.dispatcher.drained();
  const parked = d.state(chat.id);
  expect(parked.turns[turn.id]).toMatchObject({ state: 'failed', error: { code: 'agent_usage_limit' } });
  expect(parked.chat?.hold).toMatchObject({ reason: 'usage_limit', resetsAt: null });
  const [continuation, second] = d.queue.list(chat.id);
  expect(continuation).toMatchObject({ continues: turn.id });
  expect(second?.id).toBe(next.id);
  expect(parked.messages.map(textOf)).toEqual(['long work', 'I have done half of it.']);
});

test.each(['chat', 'session', 'day'] as const)(
  'no turn starts over the budget of a %s; it goes on once, when that is raised, and when it is removed',
  async (scope) => {
    await using d = startDispatch();
    const { chat, session } = await d.chat();
    const subject = { chat: chat.id, session: session.id, day: 'day' }[scope];
    d.budgets.set(subject, { cost: { amount: 0.05, currency: 'USD' } });
    const run = async (): Promise<void> => {
      const asked = await d.backend.asked();
      asked.ctx.onEvent(used(60));
      asked.end();
      await d.dispatcher.drained();
    };
    d.submit(chat.id, 'one');
    await run();
    const turn = d.submit(chat.id, 'two');
    expect(turn.state).toBe('queued');
    expect(d.state(chat.id).chat).toMatchObject({
      activity: 'needs_you',
      hold: {
        reason: 'budget',
        scope,
        subject,
        message: expect.stringContaining('0.06 of 0.05 USD'),
      },
    });
    d.holds.goOn(chat.id);
    d.submit(chat.id, 'three');
    await run();
    expect(d.state(chat.id).turns[turn.id]?.state).toBe('completed');
    // Once is once.
    expect(d.queue.list(chat.id)).toHaveLength(1);
    expect(d.state(chat.id).chat?.hold).toMatchObject({ message: expect.stringContaining('0.12 of 0.05') });

    d.budgets.set(subject, { tokens: 150, cost: { amount: 5, currency: 'USD' } });
    d.holds.budgetsChanged();
    await run();
    d.submit(chat.id, 'four');
    expect(d.state(chat.id).chat?.hold).toMatchObject({
      message: expect.stringContaining('180 of 150 tokens'),
    });
    d.budgets.remove(subject);
    d.holds.budgetsChanged();
    await run();
    expect(d.state(chat.id).chat?.hold).toBeUndefined();
    expect(d.errors).toEqual([]);
  },
);

test('a budget is for what is there, and goes with it', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat();
  expect(() => d.budgets.set('cht_nobody', { tokens: 1 })).toThrow(/no chat or session/);
  d.budgets.set(chat.id, { tokens: 1 });
  expect(d.budgets.list()).toMatchObject([
    { subject: chat.id, scope: 'chat', usedTokens: 0, isReached: false },
  ]);
  await d.catalog.removeChat(chat.id);
  expect(d.budgets.list()).toEqual([]);
});
