import { applyFrame, chatTopic, newId, type ChatFrame, type ChatState } from '@pilotlight/protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJournal } from '../src/journal/create-journal.ts';
import { healPowerLoss } from '../src/power-loss.ts';
import { openStore } from '../src/store/open-store.ts';
import { startDispatch } from './dispatch-harness.ts';

/** A chat in mid-turn whose machine goes down after `ended` was noted or not. */
async function cutOff(root: string, bootId: string) {
  const before = startDispatch(root);
  healPowerLoss(before.store, bootId, Date.now);
  const { chat } = await before.chat();
  const turn = before.submit(chat.id, 'hello');
  const asked = await before.backend.asked();
  asked.ctx.onEvent({ type: 'text', text: 'said and on disk' });
  before.crash();
  return { chatId: chat.id, turnId: turn.id };
}

function inFolder(test: (root: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const root = mkdtempSync(join(tmpdir(), 'pilotlight-power-'));
    try {
      await test(root);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
}

describe('a power loss', () => {
  it(
    'lets every topic leap ahead, so that a client that saw lost frames gets a snapshot',
    inFolder(async (root) => {
      const { chatId, turnId } = await cutOff(root, 'boot-1');
      using store = openStore({ dataFolder: join(root, 'data') });
      const head = store.frames.last(chatTopic(chatId));
      using _heal = healPowerLoss(store, 'boot-2', Date.now);
      using journal = createJournal(store);
      for (const after of [head - 1, head, head + 3]) {
        expect(journal.catchUp(chatTopic(chatId), after).kind).toBe('snapshot');
      }
      const state = journal.chatState(chatId);
      expect(state.seq).toBeGreaterThan(head + 1_000);
      expect(state.turns[turnId]?.state).toBe('interrupted');
      expect(state.messages.map((message) => message.parts)).toEqual([
        [{ type: 'text', text: 'hello' }],
        [{ type: 'text', text: 'said and on disk' }],
      ]);
      expect(journal.indexState().chats[chatId]?.lastTurnState).toBe('interrupted');

      const frames: ChatFrame[] = [];
      using _sub = journal.subscribe(chatTopic(chatId), (batch) => {
        frames.push(...(JSON.parse(`[${batch.json}]`) as ChatFrame[]));
      });
      journal.append({ topic: chatTopic(chatId), event: { type: 'turn_removed', turnId: newId('turn') } });
      journal.flush();
      let follower: ChatState = state;
      for (const frame of frames) follower = applyFrame(follower, frame);
      expect(follower.seq).toBe(state.seq + 1);
    }),
  );

  it(
    'is not what a crash of the server alone, or an orderly end before another boot, looks like',
    inFolder(async (root) => {
      const { chatId, turnId } = await cutOff(root, 'boot-1');
      using store = openStore({ dataFolder: join(root, 'data') });
      const head = store.frames.last(chatTopic(chatId));
      healPowerLoss(store, 'boot-1', Date.now)[Symbol.dispose]();
      expect(store.frames.last(chatTopic(chatId))).toBe(head);
      healPowerLoss(store, 'boot-2', Date.now)[Symbol.dispose]();
      using journal = createJournal(store);
      const state = journal.chatState(chatId);
      expect(state.seq).toBeLessThan(head + 100);
      expect(state.turns[turnId]).toMatchObject({
        state: 'interrupted',
        error: { code: 'interrupted', details: { reason: 'rebooted' } },
      });
    }),
  );
});
