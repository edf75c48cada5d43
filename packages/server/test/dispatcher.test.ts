import { CreateTask, emptyToolSnapshot, newId, type TurnResult } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDispatch, textOf } from './dispatch-harness.ts';

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
    const body = CreateTask.parse({
      ...ids,
      projectId: project.id,
      content: [{ type: 'text' as const, text: 'tidy up\nplease' }],
    });
    const made = await d.tasks.create(body);
    expect(made).toMatchObject({ created: true, task: { title: 'tidy up' }, turn: { id: ids.turnId } });
    const asked = await d.backend.asked();
    expect(asked.text).toBe('tidy up\nplease');
    asked.end();
    await d.dispatcher.drained();
    expect(await d.tasks.create(body)).toMatchObject({ created: false, turn: { state: 'completed' } });
    rmSync(project.path, { recursive: true });
    expect(await d.tasks.create(body)).toMatchObject({ created: false });
    expect(d.store.sessions.get(made.task.sessionId ?? '')?.title).toBe('tidy up');
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
