/**
 * Frames a second through append, group commit and one subscriber, for text deltas and for growing tool output.
 *   node bench/journal.ts [frames]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { chatTopic, emptyToolSnapshot, type ChatFrameEvent } from '@pilotlight/protocol';
import { createJournal } from '../packages/server/src/journal/create-journal.ts';
import { openStore } from '../packages/server/src/store/open-store.ts';
import type { Store } from '../packages/server/src/store/store.ts';

const FRAMES = Number(process.argv[2] ?? 300_000);

function addChat(store: Store, id: string): void {
  store.projects.insert({ id: 'prj_bench', name: 'bench', path: '/bench', kind: 'folder', createdAt: 0 });
  store.sessions.insert({
    id: 'ses_bench',
    projectId: 'prj_bench',
    title: '',
    inPlace: true,
    base: null,
    worktree: null,
    diff: null,
    createdAt: 0,
    archivedAt: null,
  });
  store.chats.insert({
    id,
    sessionId: 'ses_bench',
    title: '',
    agent: 'demo',
    activity: 'idle',
    lastTurnState: null,
    lastLine: '',
    unseen: false,
    runningSince: null,
    createdAt: 0,
    updatedAt: 0,
  });
}

async function measure(
  name: string,
  perTurn: number,
  frames: number,
  event: (n: number) => ChatFrameEvent,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  {
    using store = openStore({ dataFolder: folder });
    using journal = createJournal(store);
    const chatId = 'cht_0198f0a4-0000-7000-8000-000000000000';
    const messageId = 'msg_0198f0a4-0000-7000-8000-000000000000';
    const topic = chatTopic(chatId);
    addChat(store, chatId);
    let seen = 0;
    let bytes = 0;
    using _ = journal.subscribe(topic, (batch) => {
      seen += batch.count;
      bytes += batch.json.length;
    });
    const message = {
      id: messageId,
      chatId,
      role: 'assistant' as const,
      turnId: null,
      agent: 'demo',
      parts: [],
      createdAt: 0,
    };
    journal.append({ topic, messageId, event: { type: 'message', message } });
    const tool = {
      ...emptyToolSnapshot('t'),
      content: [{ type: 'terminal' as const, terminalId: 'x', output: '' }],
    };
    journal.append({ topic, messageId, event: { type: 'text', part: 0, text: '' } });
    journal.append({ topic, messageId, event: { type: 'tool_call', part: 1, toolCall: tool } });
    let longest = 0;
    const start = performance.now();
    for (let n = 0; n < frames;) {
      const turn = performance.now();
      for (const end = Math.min(frames, n + perTurn); n < end; n += 1)
        journal.append({ topic, messageId, event: event(n) });
      await nextTurn();
      longest = Math.max(longest, performance.now() - turn);
    }
    await journal.drained();
    const seconds = (performance.now() - start) / 1000;
    const fold = performance.now();
    journal.commit((scope) => scope.fold(chatId));
    console.log(
      `${name}, ${perTurn} a turn: ${Math.round(frames / seconds)} frames/s, longest turn ${longest.toFixed(1)} ms, ` +
        `${seen} seen (${Math.round(bytes / 1e6)} MB), fold ${(performance.now() - fold).toFixed(1)} ms`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}

const text = (n: number): ChatFrameEvent => ({ type: 'text', part: 0, text: `word${n} ` });
const toolUpdate = (n: number): ChatFrameEvent => ({
  type: 'tool_update',
  part: 1,
  patch: { appends: [{ index: 0, text: `line ${n} of the output of a tool\n` }] },
});

for (const perTurn of [1, 10, 100, 1000]) {
  const frames = Math.min(FRAMES, perTurn * 3000);
  await measure('text', perTurn, frames, text);
  await measure('tool', perTurn, frames, toolUpdate);
}
