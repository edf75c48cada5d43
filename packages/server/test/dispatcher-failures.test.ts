/** What the dispatcher does when the server, or the disk under it, does not hold. */
import { CONTINUE_PROMPT, PilotlightError, emptyToolSnapshot, newId } from '@pilotlight/protocol';
import { describe, expect, it, vi } from 'vitest';
import { startDispatch, textOf } from './dispatch-harness.ts';

describe('a server that died', () => {
  it('leaves interrupted turns with all that was said, and runs what waits', async () => {
    const before = startDispatch();
    const { chat } = await before.chat();
    const running = before.submit(chat.id, 'running');
    const waiting = before.submit(chat.id, 'waiting');
    const asked = await before.backend.asked();
    asked.ctx.onEvent({ type: 'text', text: 'said before the end' });
    asked.ctx.onEvent({ type: 'tool_call', toolCall: { ...emptyToolSnapshot('t'), status: 'in_progress' } });
    void asked.ctx.onPermission?.({ toolCall: emptyToolSnapshot('t'), options: [] });
    before.crash();

    await using after = startDispatch(before.root);
    const chats = after.recover();
    expect(chats).toEqual([chat.id]);
    const state = after.state(chat.id);
    expect(state.turns[running.id]).toMatchObject({ state: 'interrupted', error: { code: 'interrupted' } });
    expect(textOf(state.messages[1])).toBe('said before the end<tool_call>');
    expect(state.messages[1]?.parts[1]).toMatchObject({ toolCall: { status: 'cancelled' } });
    expect(Object.values(state.permissions).map((row) => row.state)).toEqual(['cancelled']);
    expect(state.agentSessions['alpha']).toMatchObject({
      state: 'cold',
      agentSessionId: `alpha-of-${chat.id}`,
    });
    after.dispatcher.kick(chat.id);
    const next = await after.backend.asked();
    expect(next.text.endsWith('waiting')).toBe(true);
    next.end();
    await after.dispatcher.drained();
    expect(after.store.turns.get(waiting.id)?.state).toBe('completed');
  });

  it('interrupts running turns when it is stopped, and keeps the queue', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const running = d.submit(chat.id, 'running');
    const waiting = d.submit(chat.id, 'waiting');
    const asked = await d.backend.asked();
    asked.ctx.signal.addEventListener('abort', () =>
      asked.end({ ok: false, error: { code: 'cancelled', message: '' } }),
    );
    d.userSettings.update({ continueInterrupted: true });
    await d.dispatcher.stop();
    expect(d.store.turns.get(running.id)).toMatchObject({
      state: 'interrupted',
      error: { code: 'interrupted', details: { reason: 'stopped' } },
    });
    // Who stops everything does not want it to go on by itself.
    expect(d.queue.list(chat.id).map(({ id }) => id)).toEqual([waiting.id]);
    expect(d.store.turns.get(waiting.id)).toMatchObject({ state: 'queued' });
    expect(() => d.submit(chat.id, 'late')).toThrow(expect.objectContaining({ code: 'server_stopping' }));
  });
});

describe('a turn that goes on by itself', () => {
  it('is queued before what waits, with the same agent and model, in the step that ends the interrupted one', async () => {
    await using d = startDispatch();
    d.userSettings.update({ continueInterrupted: true });
    const { chat } = await d.chat();
    const content = [{ type: 'text' as const, text: 'running' }];
    const { turn: running } = d.dispatcher.submit(chat.id, {
      id: newId('turn'),
      content,
      agent: 'beta',
      model: 'large',
    });
    const waiting = d.submit(chat.id, 'waiting');
    const asked = await d.backend.asked();
    asked.ctx.signal.addEventListener('abort', () =>
      asked.end({ ok: false, error: { code: 'cancelled', message: '' } }),
    );
    await d.dispatcher.stop('no_keeper');
    const [first, second] = d.queue.list(chat.id);
    expect(first).toMatchObject({
      continues: running.id,
      agent: 'beta',
      model: 'large',
      prompt: [{ type: 'text', text: CONTINUE_PROMPT }],
    });
    expect(second?.id).toBe(waiting.id);
    expect(d.store.turns.get(running.id)?.error).toMatchObject({
      message: expect.stringMatching(/it goes on by itself\.$/),
      details: { reason: 'no_keeper' },
    });
    expect(d.state(chat.id).chat).toMatchObject({ activity: 'queued', lastTurnState: 'interrupted' });
  });

  it('is no cancelled turn', async () => {
    await using d = startDispatch();
    d.userSettings.update({ continueInterrupted: true });
    const { chat } = await d.chat();
    const running = d.submit(chat.id, 'running');
    const asked = await d.backend.asked();
    d.dispatcher.cancelTurn(running.id);
    asked.end({ ok: false, error: { code: 'cancelled', message: '' } });
    await d.dispatcher.drained();
    expect(d.queue.list(chat.id)).toEqual([]);
  });
});

it('a cold turn of an earlier server is interrupted, since nobody can go on with it', async () => {
  const before = startDispatch();
  const { chat } = await before.chat();
  const { id } = before.submit(chat.id, 'hello');
  await before.backend.asked();
  before.crash();
  await using after = startDispatch(before.root);
  for (const turn of after.store.turns.open()) after.dispatcher.takeUp({ ...turn, dispatch: 'cold' });
  await after.dispatcher.drained();
  expect(after.store.turns.get(id)).toMatchObject({
    state: 'interrupted',
    error: { message: expect.stringMatching(/ran it cold.*send again/), details: { reason: 'cold' } },
  });
});

describe('a new resume token', () => {
  it('is on the disk before the agent hears its first prompt, or the turn says so and the next one tries again', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const disk = Promise.withResolvers<void>();
    vi.spyOn(d.store, 'synced').mockReturnValueOnce(disk.promise);
    const first = d.submit(chat.id, 'first');
    const heard = d.backend.asked();
    await vi.waitUntil(() => d.sessions.handle(chat.sessionId, chat.id, 'alpha') !== null);
    disk.reject(new PilotlightError('store_readonly', 'The disk does not answer.'));
    await d.dispatcher.drained();
    expect(d.store.turns.get(first.id)).toMatchObject({ state: 'failed', error: { code: 'store_readonly' } });
    const second = d.submit(chat.id, 'second');
    const asked = await heard;
    expect(asked.text).toContain('second');
    asked.end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(second.id)?.state).toBe('completed');
  });
});

describe('a full disk', () => {
  /** Messages of that chat until nothing more goes in. */
  function fillWith({ store }: ReturnType<typeof startDispatch>, chatId: string): void {
    for (const size of [2_000, 100]) {
      for (let i = 0; i < 4000; i++) {
        const parts = [{ type: 'text' as const, text: 'x'.repeat(size) }];
        const id = `msg_ballast-${size}-${i}`;
        store.messages.upsert({ id, chatId, role: 'user', turnId: null, agent: 'a', parts, createdAt: i });
      }
    }
  }

  it('ends a turn, and begins the next, when there is room again', async () => {
    await using d = startDispatch(undefined, { maxBytes: 900_000 });
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'first');
    const next = d.submit(chat.id, 'next');
    const asked = await d.backend.asked();
    const ballast = (await d.chat()).chat.id;
    expect(() => fillWith(d, ballast)).toThrow(expect.objectContaining({ code: 'store_full' }));
    const said = 'word '.repeat(10_000);
    asked.ctx.onEvent({ type: 'text', text: said });
    const commit = vi.spyOn(d.journal, 'commit');
    asked.end();
    await expect.poll(() => commit.mock.results.map(({ type }) => type)).toContain('throw');
    expect(d.store.turns.get(turn.id)?.endedAt).toBeNull();

    d.store.chats.remove(ballast);
    (await d.backend.asked()).end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)?.state).toBe('completed');
    expect(d.store.turns.get(next.id)?.state).toBe('completed');
    expect(textOf(d.state(chat.id).messages[1])).toBe(said);
  });

  it('asks what an agent wants to know when there is room again, and not before', async () => {
    await using d = startDispatch(undefined, { maxBytes: 900_000 });
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'first');
    const asked = await d.backend.asked();
    const ballast = (await d.chat()).chat.id;
    expect(() => fillWith(d, ballast)).toThrow(expect.objectContaining({ code: 'store_full' }));
    const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' as const }];
    const toolCall = { ...emptyToolSnapshot('call_1'), title: 'Touch', rawInput: 'x'.repeat(60_000) };
    const commit = vi.spyOn(d.journal, 'commit');
    const outcome = asked.ctx.onPermission?.({ toolCall, options });
    await expect.poll(() => commit.mock.results.map(({ type }) => type)).toContain('throw');
    expect(d.store.permissions.list({ chatId: chat.id })).toEqual([]);

    d.store.chats.remove(ballast);
    await vi.waitFor(() => expect(d.store.permissions.list({ state: 'pending' })).toHaveLength(1), 5000);
    const [question] = d.store.permissions.list({ state: 'pending' });
    d.permissions.answer(question?.id ?? '', { optionId: 'yes' });
    expect(await outcome).toEqual({ outcome: 'selected', optionId: 'yes' });
    asked.end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)?.state).toBe('completed');
  });

  it('releases a question that waits for room when its turn ends', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'first');
    const asked = await d.backend.asked();
    const full = new PilotlightError('store_full', 'The disk is full.');
    vi.spyOn(d.store.permissions, 'insert').mockImplementation(() => {
      throw full;
    });
    const outcome = asked.ctx.onPermission?.({ toolCall: emptyToolSnapshot('call_1'), options: [] });
    asked.end();
    expect(await outcome).toEqual({ outcome: 'cancelled' });
    await d.dispatcher.drained();
  });

  it('refuses a prompt clearly, keeps what runs, and takes prompts again when there is room', async () => {
    await using d = startDispatch(undefined, { maxBytes: 900_000 });
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'before');
    const asked = await d.backend.asked();
    const ballast = (await d.chat()).chat.id;
    const fill = () => fillWith(d, ballast);
    expect(fill).toThrow(expect.objectContaining({ code: 'store_full' }));
    expect(() => d.submit(chat.id, 'x'.repeat(60_000))).toThrow(
      expect.objectContaining({ code: 'store_full', message: expect.stringContaining('pilotlight.db') }),
    );
    expect(d.queue.list(chat.id)).toEqual([]);
    const said = 'word '.repeat(10_000);
    asked.ctx.onEvent({ type: 'text', text: said });
    expect(() => d.journal.flush()).toThrow(expect.objectContaining({ code: 'store_full' }));
    expect(d.journal.failure).toMatchObject({ code: 'store_full' });

    const saved = d.journal.drained();
    d.store.chats.remove(ballast);
    await saved;
    asked.end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)?.state).toBe('completed');
    expect(textOf(d.state(chat.id).messages[1])).toBe(said);
    d.submit(chat.id, 'after');
    (await d.backend.asked()).end();
    await d.dispatcher.drained();
    expect(d.errors).toEqual([]);
  });
});
