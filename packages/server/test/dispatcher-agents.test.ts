/** How the dispatcher brings a turn to its agent, and what the agent is told. */
import { PilotlightError } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { startDispatch, textOf } from './dispatch-harness.ts';

describe('a backend that is down', () => {
  it('makes the same turn run cold, marked, with the circuit open', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.backend.state = 'down';
    const turn = d.submit(chat.id, 'x');
    await d.dispatcher.drained();
    expect(d.backend.ensured).toHaveLength(0);
    expect(d.cold.calls).toHaveLength(1);
    const state = d.state(chat.id);
    expect(state.turns[turn.id]).toMatchObject({ state: 'completed', dispatch: 'cold' });
    expect(state.messages[1]?.parts).toMatchObject([
      { type: 'notice', code: 'cold' },
      { type: 'text', text: 'said cold' },
    ]);
    expect(d.circuits.list()).toMatchObject([{ agent: 'alpha', state: 'open' }]);
  });

  it('is tried again after a growing pause, and warm again on success', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.backend.failEnsure = new PilotlightError('agent_failed', 'alpha ended: exit 1');
    d.submit(chat.id, 'one');
    await d.dispatcher.drained();
    d.submit(chat.id, 'two');
    await d.dispatcher.drained();
    expect([d.backend.ensured.length, d.cold.calls.length]).toEqual([1, 2]);
    d.advance(1_000);
    d.submit(chat.id, 'three');
    await d.dispatcher.drained();
    expect([d.backend.ensured.length, d.cold.calls.length]).toEqual([2, 3]);
    d.advance(1_000);
    d.submit(chat.id, 'too early');
    await d.dispatcher.drained();
    expect(d.backend.ensured).toHaveLength(2);
    d.advance(1_000);
    d.backend.failEnsure = null;
    d.submit(chat.id, 'warm again');
    const asked = await d.backend.asked();
    expect(asked.text).toContain('said cold');
    asked.end();
    await d.dispatcher.drained();
    expect(d.circuits.list()).toEqual([]);
    const last = d.store.turns.last(chat.id);
    expect(last).toMatchObject({ dispatch: 'warm', state: 'completed' });
  });

  it('does not go cold for what would fail there too', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.backend.failEnsure = new PilotlightError('agent_login_required', 'Run `alpha login`.');
    const turn = d.submit(chat.id, 'x');
    await d.dispatcher.drained();
    expect(d.cold.calls).toHaveLength(0);
    // It waits for the login.
    expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'queued', dispatch: null });
  });
});

describe('context', () => {
  it('is told to an agent that was away, and marked', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'my name is Ada');
    const first = await d.backend.asked();
    first.ctx.onEvent({ type: 'text', text: 'hello Ada' });
    first.end();
    await d.dispatcher.drained();
    d.backend.how = 'fresh';
    const away = d.submit(chat.id, 'who am I?', { agent: 'beta' });
    const second = await d.backend.asked();
    expect(second.text).toContain('my name is Ada');
    expect(second.text).toContain('Assistant (alpha): hello Ada');
    expect(second.text.endsWith('who am I?')).toBe(true);
    second.ctx.onEvent({ type: 'text', text: 'you are Ada' });
    second.end();
    await d.dispatcher.drained();
    const state = d.state(chat.id);
    expect(state.turns[away.id]?.continuity).toBe('recap');
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({ type: 'notice', code: 'recap' });
    expect(textOf(state.messages.at(-2))).toBe('who am I?');
    expect(d.store.agentSessions.ofChat(chat.id).map((row) => [row.agent, row.continuity])).toEqual(
      expect.arrayContaining([
        ['alpha', 'live'],
        ['beta', 'recap'],
      ]),
    );

    d.backend.how = 'live';
    d.submit(chat.id, 'back', { agent: 'alpha' });
    const third = await d.backend.asked();
    expect(third.text).toContain('who am I?');
    expect(third.text).not.toContain('my name is Ada');
    third.end();
    await d.dispatcher.drained();
    d.submit(chat.id, 'again', { agent: 'alpha' });
    const fourth = await d.backend.asked();
    expect(fourth.text).toBe('again');
    fourth.end();
    await d.dispatcher.drained();
  });

  it('is owed after a slash command, which goes alone, and told with the next prompt', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const speak = async (text: string, agent: string): Promise<string> => {
      d.submit(chat.id, text, { agent });
      const asked = await d.backend.asked();
      asked.ctx.onEvent({ type: 'commands', commands: [{ name: 'review', description: 'Reviews' }] });
      asked.ctx.onEvent({ type: 'text', text: `answer to ${text}` });
      asked.end();
      await d.dispatcher.drained();
      return asked.text;
    };
    await speak('first', 'beta');
    await speak('my name is Ada', 'alpha');
    expect(await speak('/review the changes', 'beta')).toBe('/review the changes');
    expect(d.state(chat.id).messages.at(-1)?.parts[0]).toMatchObject({
      type: 'notice',
      code: 'recap',
      text: expect.stringContaining('is told of them with your next prompt'),
    });
    expect(await speak('/review again', 'beta')).toBe('/review again');
    const told = await speak('/not-a-command', 'beta');
    expect(told).toContain('my name is Ada');
    expect(told).not.toContain('/review');
    expect(told).not.toContain('first');
    expect(await speak('on', 'beta')).toBe('on');
  });

  it('is marked once, when the agent did not take the prompt at first', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'one');
    (await d.backend.asked()).end();
    await d.dispatcher.drained();
    d.backend.how = 'fresh';
    d.submit(chat.id, 'two', { agent: 'beta' });
    const untaken = { code: 'agent_failed' as const, message: 'unknown session', details: { sent: false } };
    (await d.backend.asked()).end({ ok: false, error: untaken });
    const again = await d.backend.asked();
    again.ctx.onEvent({ type: 'text', text: 'answer' });
    again.end();
    await d.dispatcher.drained();
    expect(textOf(d.state(chat.id).messages.at(-1))).toMatch(/had not seen the last 1 messages[^]*answer$/);
    expect(
      d
        .state(chat.id)
        .messages.at(-1)
        ?.parts.map(({ type }) => type),
    ).toEqual(['notice', 'text']);
  });

  it('that came late belongs to the chat and never to the next turn', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'one');
    const first = await d.backend.asked();
    first.ctx.onEvent({ type: 'text', text: 'said in time' });
    first.end();
    await d.dispatcher.drained();
    d.sessions.outOfTurn(first.handle, { type: 'text', text: 'said late' });
    d.submit(chat.id, 'two');
    const second = await d.backend.asked();
    d.sessions.outOfTurn(second.handle, { type: 'text', text: 'later still' });
    second.ctx.onEvent({ type: 'text', text: 'second answer' });
    second.end();
    await d.dispatcher.drained();
    const said = d.state(chat.id).messages.map((message) => [message.turnId === null, textOf(message)]);
    expect(said).toEqual([
      [false, 'one'],
      [false, 'said in time'],
      [true, 'said late'],
      [false, 'two'],
      [true, 'later still'],
      [false, 'second answer'],
    ]);
  });

  it('keeps model, mode and options, and applies them when they or the session changed', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.catalog.updateChat(chat.id, { choice: { mode: 'plan', options: { thinking: 'high' } } });
    const play = async (how: 'live' | 'resumed', text: string) => {
      d.backend.how = how;
      d.submit(chat.id, text);
      (await d.backend.asked()).end();
      await d.dispatcher.drained();
    };
    await play('live', 'one');
    await play('live', 'two');
    expect(d.backend.configured).toEqual([{ mode: 'plan', options: { thinking: 'high' } }]);
    await play('resumed', 'three');
    expect(d.backend.configured).toHaveLength(2);
    d.catalog.updateChat(chat.id, { choice: { model: 'large', options: { verbose: true } } });
    await play('live', 'four');
    expect(d.backend.configured.at(-1)).toEqual({
      model: 'large',
      mode: 'plan',
      options: { thinking: 'high', verbose: true },
    });
  });
});
