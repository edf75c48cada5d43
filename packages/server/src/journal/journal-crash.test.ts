import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chatTopic } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { addChats, temporaryFolder } from '../store/store-fixture.ts';
import { createJournal } from './create-journal.ts';

const CHAT = 'cht_00000001';
const TOPIC = chatTopic(CHAT);
const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/**
 * Journals without end: frame `n` appends `n;` to the one message, in group commits, in commits, with folds between.
 * Prints the last seq of every batch it sees published.
 */
const WRITER = `
  import { writeSync } from 'node:fs';
  const { openStore } = await import(${url('../store/open-store.ts')});
  const { createJournal } = await import(${url('./create-journal.ts')});
  const chatId = '${CHAT}', topic = '${TOPIC}', messageId = 'msg_1';
  const store = openStore({ dataFolder: process.argv[1] });
  const journal = createJournal(store);
  journal.subscribe(topic, (batch) => writeSync(1, batch.lastSeq + '\\n'));
  let n = journal.head(topic);
  const next = () => {
    n += 1;
    const message = { id: messageId, chatId, role: 'assistant', turnId: null, agent: 'a', parts: [], createdAt: 0 };
    return { topic, messageId, event: n === 1 ? { type: 'message', message } : { type: 'text', part: 0, text: n + ';' } };
  };
  (function turn() {
    for (let k = 0; k < 1 + (n % 40); k += 1) journal.append(next());
    if (n % 3 === 0) journal.commit((scope) => { scope.frame(next()); if (n % 5 === 0) scope.fold(chatId); });
    setImmediate(turn);
  })();`;

/** Runs the writer until it printed so many lines, ends it with SIGKILL, and gives the last seq it printed. */
async function crashAfter(folder: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let last = 0;
  let seen = 0;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    seen += 1;
    if (seen === lines) child.kill('SIGKILL');
  }
  await exited;
  return last;
}

function expectedText(head: number): string {
  return Array.from({ length: Math.max(0, head - 1) }, (_, n) => `${n + 2};`).join('');
}

describe('a server killed while it writes', () => {
  it('leaves a journal without a gap that holds every frame anybody saw', async () => {
    using folder = temporaryFolder();
    {
      using store = openStore({ dataFolder: folder.path });
      addChats(store, CHAT);
    }
    for (const lines of [1, 2, 7, 40, 160]) {
      const published = await crashAfter(folder.path, lines);
      using store = openStore({ dataFolder: folder.path });
      using journal = createJournal(store);
      const head = journal.head(TOPIC);
      expect(head).toBeGreaterThanOrEqual(published);
      const folded = store.topics.get(TOPIC)?.foldedSeq ?? 0;
      const kept = store.frames.after(TOPIC, folded).map(({ seq }) => seq);
      expect(kept).toEqual(Array.from({ length: head - folded }, (_, n) => folded + n + 1));
      const [message] = journal.chatState(CHAT).messages;
      const text = message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      expect(text).toBe(expectedText(head));
    }
  });
});
