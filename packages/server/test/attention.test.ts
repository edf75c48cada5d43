/** What asks for the user over all sessions: open questions, and what ended unseen. Index and chat say the same. */
import {
  INDEX_TOPIC,
  applyFrame,
  emptyToolSnapshot,
  type Chat,
  type IndexFrame,
  type IndexState,
} from '@pilotlight/protocol';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDispatch } from './dispatch-harness.ts';

type Dispatch = ReturnType<typeof startDispatch>;

/**
 * Follows the index from now on; the state must be the one a new client would get at the same frame. A new client may be
 * ahead: a commit can be told a moment after it was made.
 */
function followIndex({ journal }: Dispatch) {
  let state = journal.indexState();
  const seen: { state: IndexState; snapshot: IndexState }[] = [];
  const kinds: string[] = [];
  const subscription = journal.subscribe(INDEX_TOPIC, (batch) => {
    for (const frame of JSON.parse(`[${batch.json}]`) as IndexFrame[]) {
      state = applyFrame(state, frame);
      kinds.push(frame.event.type);
    }
    seen.push({ state, snapshot: journal.indexState() });
  });
  return {
    get state() {
      return state;
    },
    kinds,
    check() {
      const even = seen.filter(({ state: followed, snapshot }) => followed.seq === snapshot.seq);
      expect(even.length).toBeGreaterThan(0);
      for (const { state: followed, snapshot } of even) expect(followed).toEqual(snapshot);
      expect(state).toEqual(journal.indexState());
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

const request = {
  toolCall: { ...emptyToolSnapshot('call'), title: 'Run npm test' },
  options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' as const }],
};

describe('the inbox over all sessions', () => {
  it('holds what is open: asked, answered, released with its turn, gone with its chat', async () => {
    await using d = startDispatch();
    using index = followIndex(d);
    const one = await d.chat();
    const two = await d.chat();
    d.submit(one.chat.id, 'go');
    const first = await d.backend.asked();
    d.submit(two.chat.id, 'go');
    const second = await d.backend.asked();
    const answers = [
      first.ctx.onPermission?.(request),
      first.ctx.onQuestion?.({ message: 'Which?', fields: [], toolCallId: null }),
      second.ctx.onPermission?.(request),
    ];
    const open = Object.values(index.state.permissions);
    expect(open.map(({ chatId, kind }) => [chatId, kind])).toEqual([
      [one.chat.id, 'permission'],
      [one.chat.id, 'question'],
      [two.chat.id, 'permission'],
    ]);
    expect(d.state(one.chat.id).permissions).toEqual(
      Object.fromEntries(open.slice(0, 2).map((permission) => [permission.id, permission])),
    );
    d.permissions.answer(open[0]?.id ?? '', { optionId: 'yes', by: 'test' });
    expect(Object.keys(index.state.permissions)).toEqual([open[1]?.id, open[2]?.id]);
    first.end();
    second.end();
    await d.dispatcher.drained();
    await Promise.all(answers);
    expect(index.state.permissions).toEqual({});
    await d.catalog.removeSession(one.session.id);
    index.check();
  });

  it('is empty after a server that died with questions open', async () => {
    const root = mkdtempSync(join(tmpdir(), 'pilotlight-attention-'));
    const dead = startDispatch(root);
    const { chat } = await dead.chat();
    dead.submit(chat.id, 'go');
    void (await dead.backend.asked()).ctx.onPermission?.(request);
    expect(Object.keys(dead.journal.indexState().permissions)).toHaveLength(1);
    dead.crash();
    await using next = startDispatch(root);
    using index = followIndex(next);
    expect(Object.keys(index.state.permissions)).toHaveLength(1);
    next.recover();
    expect(index.state.permissions).toEqual({});
    expect(index.state.chats[chat.id]).toMatchObject({ activity: 'idle', unseen: true, runningSince: null });
    index.check();
  });
});

describe('a chat', () => {
  it('says since when its turn runs', async () => {
    await using d = startDispatch();
    using index = followIndex(d);
    const { chat } = await d.chat();
    expect(chat).toMatchObject({ unseen: false, runningSince: null });
    const first = d.submit(chat.id, 'one');
    const row = (): Chat | null => d.store.chats.get(chat.id);
    const startedAt = d.dispatcher.getTurn(first.id).startedAt;
    expect(startedAt).not.toBeNull();
    expect(row()).toMatchObject({ activity: 'running', runningSince: startedAt });
    d.advance(500);
    d.submit(chat.id, 'two');
    expect(row()?.runningSince).toBe(startedAt);
    (await d.backend.asked()).end();
    const second = await d.backend.asked();
    expect(row()?.runningSince).toBe((startedAt ?? 0) + 500);
    expect(d.state(chat.id).chat).toEqual(row());
    second.end();
    await d.dispatcher.drained();
    expect(row()).toMatchObject({ activity: 'idle', runningSince: null });
    index.check();
  });

  it('is unseen when a turn ended, until somebody looks or goes on', async () => {
    await using d = startDispatch();
    using index = followIndex(d);
    const { chat } = await d.chat();
    const seen = (): unknown => [
      d.catalog.getChat(chat.id).unseen,
      d.state(chat.id).chat?.unseen,
      index.state.chats[chat.id]?.unseen,
    ];
    const play = async (ok = true): Promise<void> => {
      d.submit(chat.id, 'go');
      const asked = await d.backend.asked();
      await expect.poll(seen).toEqual([false, false, false]);
      asked.end(ok ? { ok } : { ok, error: { code: 'agent_failed', message: 'No.' } });
      await d.dispatcher.drained();
    };
    await play();
    expect(seen()).toEqual([true, true, true]);
    await play(false);
    expect(seen()).toEqual([true, true, true]);
    const before = index.kinds.length;
    const { updatedAt } = d.catalog.getChat(chat.id);
    d.advance(1000);
    d.catalog.markSeen(chat.id);
    d.catalog.markSeen(chat.id);
    expect(seen()).toEqual([false, false, false]);
    expect(index.kinds.slice(before)).toEqual(['chat']);
    expect(d.catalog.getChat(chat.id).updatedAt).toBe(updatedAt);
    expect(() => d.catalog.markSeen('cht_none')).toThrow(expect.objectContaining({ code: 'chat_not_found' }));
    index.check();
  });

  it('is not unseen for a turn that the user cancelled', async () => {
    await using d = startDispatch();
    const { chat } = await d.chat();
    const turn = d.submit(chat.id, 'go');
    const asked = await d.backend.asked();
    d.dispatcher.cancelTurn(turn.id);
    asked.end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
    await d.dispatcher.drained();
    expect(d.catalog.getChat(chat.id)).toMatchObject({ lastTurnState: 'cancelled', unseen: false });
  });
});
