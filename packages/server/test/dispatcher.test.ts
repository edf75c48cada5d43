import {
  CONTINUE_PROMPT,
  PilotlightError,
  emptyToolSnapshot,
  newId,
  type TurnResult,
} from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startDispatch } from './dispatch-harness.ts';

const textOf = (message: { parts: { type: string }[] } | undefined): string =>
  (message?.parts ?? []).map((part) => ('text' in part ? String(part.text) : `<${part.type}>`)).join('');

describe('a turn', () => {
  it('goes from the prompt to a folded transcript', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'hello');
    expect(turn).toMatchObject({ state: 'queued', agent: 'alpha', position: 1 });
    const asked = await d.backend.asked();
    expect(asked.text).toBe('hello');
    expect(d.dispatcher.getTurn(turn.id).state).toBe('running');
    asked.ctx.onEvent({ type: 'reasoning', text: 'hm' });
    asked.ctx.onEvent({ type: 'text', text: 'good ' });
    asked.ctx.onEvent({ type: 'text', text: 'day\nlast line' });
    asked.end();
    await d.dispatcher.drained();
    const state = d.state(chat.id);
    expect(state.messages.map((message) => [message.role, textOf(message)])).toEqual([
      ['user', 'hello'],
      ['assistant', 'hmgood day\nlast line'],
    ]);
    expect(state.turns[turn.id]).toMatchObject({
      state: 'completed',
      dispatch: 'warm',
      error: null,
      prompt: null,
    });
    expect(state.chat).toMatchObject({
      activity: 'idle',
      lastTurnState: 'completed',
      lastLine: 'last line',
      title: 'work',
    });
    expect(d.errors).toEqual([]);
  });

  it('runs once for one id, however often it is sent', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const id = newId('turn');
    const body = { id, content: [{ type: 'text' as const, text: 'once' }] };
    expect(d.dispatcher.submit(chat.id, body).created).toBe(true);
    expect(d.dispatcher.submit(chat.id, body)).toMatchObject({ created: false, turn: { id } });
    (await d.backend.asked()).end();
    await d.dispatcher.drained();
    expect(d.dispatcher.submit(chat.id, body)).toMatchObject({
      created: false,
      turn: { id, state: 'completed' },
    });
    expect(d.state(chat.id).messages.filter((message) => message.role === 'user')).toHaveLength(1);
    const other = await d.chat();
    expect(() => d.dispatcher.submit(other.chat.id, body)).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });

  it('fails with what the agent said', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'x');
    const asked = await d.backend.asked();
    asked.ctx.onEvent({ type: 'tool_call', toolCall: { ...emptyToolSnapshot('t'), status: 'in_progress' } });
    asked.end({ ok: false, error: { code: 'agent_failed', message: 'ended: exit 7' } });
    await d.dispatcher.drained();
    const state = d.state(chat.id);
    expect(state.turns[turn.id]).toMatchObject({
      state: 'failed',
      error: { code: 'agent_failed', message: 'ended: exit 7' },
    });
    expect(state.messages[1]?.parts[0]).toMatchObject({
      type: 'tool_call',
      toolCall: { status: 'cancelled' },
    });
  });

  it('gives a prompt that was not taken to the agent once more', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const untaken: TurnResult = {
      ok: false,
      error: { code: 'agent_failed', message: 'unknown session', details: { sent: false } },
    };
    const turn = d.submit(chat.id, 'x');
    (await d.backend.asked()).end(untaken);
    const again = await d.backend.asked();
    expect(again.text).toBe('x');
    again.end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'completed', dispatch: 'warm', error: null });
    expect(d.backend.ensured).toHaveLength(2);

    const refused = d.submit(chat.id, 'y');
    for (let attempt = 0; attempt < 2; attempt += 1) (await d.backend.asked()).end(untaken);
    await d.dispatcher.drained();
    expect(d.store.turns.get(refused.id)).toMatchObject({ state: 'failed', error: untaken.error });
  });

  it('survives a backend that throws', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.backend.prompt = () => Promise.reject(new Error('a defect'));
    const turn = d.submit(chat.id, 'x');
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)).toMatchObject({
      state: 'failed',
      error: { code: 'internal', message: 'a defect' },
    });
  });
});

describe('the queue', () => {
  it('runs the turns of a chat one at a time in order, and chats side by side', async () => {
    await using d = startDispatch();
    const one = await d.chat();
    const two = await d.chat();
    const first = d.submit(one.chat.id, 'first');
    const second = d.submit(one.chat.id, 'second');
    d.submit(two.chat.id, 'elsewhere');
    const both = [await d.backend.asked(), await d.backend.asked()];
    // Which of two chats is quicker nobody says.
    expect(both.map(({ text }) => text).toSorted()).toEqual(['elsewhere', 'first']);
    const [asked, elsewhere] = both[0]?.text === 'first' ? both : both.toReversed();
    if (asked === undefined || elsewhere === undefined) throw new Error('both were asked');
    expect(d.store.turns.get(second.id)?.state).toBe('queued');
    asked.end();
    const next = await d.backend.asked();
    expect(next.text).toBe('second');
    expect(d.store.turns.get(first.id)?.state).toBe('completed');
    next.end();
    elsewhere.end();
    await d.dispatcher.drained();
  });

  it('lists, edits, reorders and deletes what waits', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'running');
    const running = await d.backend.asked();
    const [a, b, c] = ['a', 'b', 'c'].map((text) => d.submit(chat.id, text));
    if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable');
    d.dispatcher.updateTurn(b.id, { content: [{ type: 'text', text: 'b, edited' }], agent: 'beta' });
    expect(d.queue.reorder(chat.id, { turnIds: [c.id, b.id] }).map((turn) => turn.id)).toEqual([
      c.id,
      b.id,
      a.id,
    ]);
    d.queue.remove(a.id);
    expect(d.state(chat.id).turns[a.id]).toBeUndefined();
    expect(() => d.queue.update(running.handle.agentSessionId ?? '', {})).toThrow(
      expect.objectContaining({ code: 'turn_not_found' }),
    );
    running.end();
    const third = await d.backend.asked();
    expect(third.text).toBe('c');
    expect(() => d.queue.update(c.id, { model: 'm' })).toThrow(
      expect.objectContaining({ code: 'turn_not_queued' }),
    );
    third.end();
    const last = await d.backend.asked();
    expect([last.handle.agent, last.text.endsWith('b, edited')]).toEqual(['beta', true]);
    last.end();
    await d.dispatcher.drained();
  });

  it('is bounded, and says so', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'running');
    const running = await d.backend.asked();
    for (let i = 0; i < 500; i++) d.submit(chat.id, `prompt ${i}`);
    expect(() => d.submit(chat.id, 'one more')).toThrow(expect.objectContaining({ code: 'queue_full' }));
    for (const turn of d.queue.list(chat.id)) d.queue.remove(turn.id);
    running.end();
    await d.dispatcher.drained();
  });
});

describe('cancel', () => {
  it('waits for the acknowledgement and keeps what was said', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'x');
    const asked = await d.backend.asked();
    asked.ctx.onEvent({ type: 'text', text: 'half' });
    expect(d.dispatcher.cancelTurn(turn.id).state).toBe('running');
    expect(asked.ctx.signal.aborted).toBe(true);
    expect(d.dispatcher.getTurn(turn.id).state).toBe('running');
    asked.end({
      ok: false,
      error: { code: 'cancelled', message: 'Cancelled.', details: { by: 'acknowledged' } },
    });
    await d.dispatcher.drained();
    expect(d.state(chat.id).turns[turn.id]).toMatchObject({
      state: 'cancelled',
      error: { details: { by: 'acknowledged' } },
    });
    expect(textOf(d.state(chat.id).messages[1])).toBe('half');
    expect(() => d.dispatcher.cancelTurn(turn.id)).toThrow(
      expect.objectContaining({ code: 'turn_terminal' }),
    );
    expect(d.dispatcher.cancelChat(chat.id)).toBeNull();
  });

  it('takes a queued turn out at once, and leaves the running one alone', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'running');
    const running = await d.backend.asked();
    const queued = d.submit(chat.id, 'queued');
    expect(d.dispatcher.cancelTurn(queued.id).state).toBe('cancelled');
    expect(running.ctx.signal.aborted).toBe(false);
    running.end();
    await d.dispatcher.drained();
    expect(d.state(chat.id).messages).toHaveLength(1);
  });

  it('ends a turn that still waits for its agent to start', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const started = Promise.withResolvers<void>();
    d.backend.ensureSession = () => {
      started.resolve();
      return new Promise(() => {});
    };
    const turn = d.submit(chat.id, 'x');
    await started.promise;
    d.dispatcher.cancelTurn(turn.id);
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('questions', () => {
  const request = {
    toolCall: { ...emptyToolSnapshot('t'), title: 'rm -rf build' },
    options: [
      { optionId: 'yes', name: 'Allow', kind: 'allow_once' as const },
      { optionId: 'no', name: 'Reject', kind: 'reject_once' as const },
    ],
  };

  it('are rows before anybody sees them, and answered exactly once', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'x');
    const asked = await d.backend.asked();
    const answer = asked.ctx.onPermission?.(request);
    const [permission] = d.store.permissions.list({ state: 'pending' });
    expect(permission).toMatchObject({ chatId: chat.id, title: 'rm -rf build', kind: 'permission' });
    expect(d.state(chat.id).chat?.activity).toBe('needs_you');
    const id = permission?.id ?? '';
    expect(() => d.permissions.answer(id, { optionId: 'maybe' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('yes, no') }),
    );
    expect(d.permissions.answer(id, { optionId: 'yes', by: 'cli' })).toMatchObject({
      state: 'answered',
      answeredBy: 'cli',
    });
    expect(await answer).toEqual({ outcome: 'selected', optionId: 'yes' });
    expect(() => d.permissions.answer(id, { optionId: 'no' })).toThrow(
      expect.objectContaining({ code: 'permission_answered' }),
    );
    expect(d.state(chat.id).chat?.activity).toBe('running');
    asked.end();
    await d.dispatcher.drained();
    expect(d.state(chat.id).permissions[id]?.state).toBe('answered');
  });

  it('are released as cancelled when their turn ends', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'x');
    const asked = await d.backend.asked();
    const permission = asked.ctx.onPermission?.(request);
    const question = asked.ctx.onQuestion?.({ message: 'Which?', fields: [], toolCallId: null });
    asked.end();
    expect(await permission).toEqual({ outcome: 'cancelled' });
    expect(await question).toEqual({ action: 'cancel' });
    await d.dispatcher.drained();
    expect(Object.values(d.state(chat.id).permissions).map((row) => row.state)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    expect(d.state(chat.id).chat?.activity).toBe('idle');
  });

  it('with fields want the required ones', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    d.submit(chat.id, 'x');
    const asked = await d.backend.asked();
    const field = {
      id: 'q',
      title: 'Q',
      question: 'Which?',
      choices: [],
      multiple: false,
      custom: true,
      required: true,
    };
    const answer = asked.ctx.onQuestion?.({ message: 'Which?', fields: [field], toolCallId: null });
    const id = d.store.permissions.list({ state: 'pending' })[0]?.id ?? '';
    expect(() => d.permissions.answer(id, { answers: {} })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    d.permissions.answer(id, { answers: { q: ['red'] } });
    expect(await answer).toEqual({ action: 'accept', answers: { q: ['red'] } });
    asked.end();
    await d.dispatcher.drained();
  });
});

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
    expect(d.store.turns.get(turn.id)).toMatchObject({
      state: 'failed',
      error: { code: 'agent_login_required' },
    });
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

describe('a session of a repository', () => {
  it('gets one worktree before its first turn, shared by its chats, and a diff stat after it', async () => {
    await using d = startDispatch();
    const { chat, session } = await d.chat({ git: true });
    const sibling = await d.catalog.createChat(session.id, {});
    expect(session.worktree).toBeNull();
    d.submit(chat.id, 'one');
    d.submit(sibling.id, 'two');
    const [a, b] = [await d.backend.asked(), await d.backend.asked()];
    expect(a.ctx.worktreePath).toBe(b.ctx.worktreePath);
    const worktree = d.store.sessions.get(session.id)?.worktree;
    expect(worktree?.path).toBe(a.ctx.worktreePath);
    expect(worktree?.branch).toMatch(/^pilotlight\/work-/);
    expect(existsSync(join(a.ctx.worktreePath, 'README.md'))).toBe(true);
    writeFileSync(join(a.ctx.worktreePath, 'new.txt'), 'one\ntwo\n');
    a.end();
    b.end();
    await d.dispatcher.drained();
    expect(d.store.sessions.get(session.id)?.diff).toEqual({ files: 1, additions: 2, deletions: 0 });
    expect(d.store.turns.last(chat.id)?.diff).toEqual({ files: 1, additions: 2, deletions: 0 });
    await expect(d.catalog.removeSession(session.id)).rejects.toMatchObject({ code: 'worktree_dirty' });
    expect(d.store.sessions.get(session.id)).not.toBeNull();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: a.ctx.worktreePath,
      });
    git('add', '.');
    git('commit', '-qm', 'done');
    expect(await d.catalog.removeSession(session.id)).toMatchObject({
      worktreeRemoved: true,
      branch: worktree?.branch,
    });
    expect(existsSync(a.ctx.worktreePath)).toBe(false);
    expect(d.store.chats.list(session.id)).toEqual([]);
  });

  it('fails clearly when its worktree was deleted', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat({ git: true });
    d.submit(chat.id, 'one');
    const asked = await d.backend.asked();
    execFileSync('rm', ['-r', asked.ctx.worktreePath]);
    asked.end();
    await d.dispatcher.drained();
    const turn = d.submit(chat.id, 'two');
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing', message: expect.stringContaining(asked.ctx.worktreePath) },
    });
  });
});

describe('a task', () => {
  it('gets session and chat in the step that accepts it, once for one id', async () => {
    await using d = startDispatch();
    const { project } = await d.chat();
    const ids = { id: newId('task'), turnId: newId('turn') };
    const body = {
      ...ids,
      projectId: project.id,
      content: [{ type: 'text' as const, text: 'tidy up\nplease' }],
    };
    const made = await d.tasks.create(body);
    expect(made).toMatchObject({ created: true, task: { title: 'tidy up' }, turn: { id: ids.turnId } });
    const asked = await d.backend.asked();
    expect(asked.text).toBe('tidy up\nplease');
    asked.end();
    await d.dispatcher.drained();
    expect(await d.tasks.create(body)).toMatchObject({ created: false, turn: { state: 'completed' } });
    rmSync(project.path, { recursive: true });
    expect(await d.tasks.create(body)).toMatchObject({ created: false });
    expect(d.store.sessions.get(made.task.sessionId)?.title).toBe('tidy up');
  });
});

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
    await using d = startDispatch(undefined, { maxBytes: 600_000 });
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
    await vi.waitFor(() => expect(commit.mock.results.map(({ type }) => type)).toContain('throw'));
    expect(d.store.turns.get(turn.id)?.endedAt).toBeNull();

    d.store.chats.remove(ballast);
    (await d.backend.asked()).end();
    await d.dispatcher.drained();
    expect(d.store.turns.get(turn.id)?.state).toBe('completed');
    expect(d.store.turns.get(next.id)?.state).toBe('completed');
    expect(textOf(d.state(chat.id).messages[1])).toBe(said);
  });

  it('asks what an agent wants to know when there is room again, and not before', async () => {
    await using d = startDispatch(undefined, { maxBytes: 600_000 });
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'first');
    const asked = await d.backend.asked();
    const ballast = (await d.chat()).chat.id;
    expect(() => fillWith(d, ballast)).toThrow(expect.objectContaining({ code: 'store_full' }));
    const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' as const }];
    const toolCall = { ...emptyToolSnapshot('call_1'), title: 'Touch', rawInput: 'x'.repeat(60_000) };
    const commit = vi.spyOn(d.journal, 'commit');
    const outcome = asked.ctx.onPermission?.({ toolCall, options });
    await vi.waitFor(() => expect(commit.mock.results.map(({ type }) => type)).toContain('throw'));
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
    await using d = startDispatch(undefined, { maxBytes: 600_000 });
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

describe('bad input', () => {
  it('names what does not exist', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    expect(() => d.submit('cht_00000000', 'x')).toThrow(expect.objectContaining({ code: 'chat_not_found' }));
    expect(() => d.submit(chat.id, 'x', { agent: 'gamma' })).toThrow(
      expect.objectContaining({ code: 'agent_unknown' }),
    );
    expect(() => d.dispatcher.getTurn('trn_00000000')).toThrow(
      expect.objectContaining({ code: 'turn_not_found' }),
    );
    expect(() => d.permissions.answer('prm_00000000', { declined: true })).toThrow(
      expect.objectContaining({ code: 'permission_not_found' }),
    );
    await expect(d.catalog.createProject({ path: join(d.root, 'nowhere') })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('takes a prompt of 5 MB whole', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const text = 'x'.repeat(5_000_000);
    d.submit(chat.id, text);
    const asked = await d.backend.asked();
    expect(asked.text).toBe(text);
    asked.end();
    await d.dispatcher.drained();
    expect(JSON.stringify(d.state(chat.id)).length).toBeLessThan(10_000);
  });
});
