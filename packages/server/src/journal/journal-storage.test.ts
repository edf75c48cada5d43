import { INLINE_LIMIT, chatTopic, emptyToolSnapshot } from '@pilotlight/protocol';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { addChats, temporaryFolder, turn } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { createJournal } from './create-journal.ts';
import type { FrameDraft, Journal } from './journal.ts';

const CHAT = 'cht_00000001';
const TOPIC = chatTopic(CHAT);
/** What stays inline of a text whose beginning moved to a blob. */
const KEPT = INLINE_LIMIT / 4;

/** Tidies to the end and gives the longest step, in ms of the processor's, so that what else the machine does is not counted. */
function tidyUp(store: Store): number {
  let longest = 0;
  for (let more = true; more;) {
    const before = process.threadCpuUsage();
    more = store.tidy();
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
  }
  return longest;
}

function said(id: string): FrameDraft {
  const message = {
    id,
    chatId: CHAT,
    role: 'assistant' as const,
    turnId: id,
    agent: 'alpha',
    parts: [],
    createdAt: 0,
  };
  return { topic: TOPIC, messageId: id, event: { type: 'message', message } };
}

/** A reply of 10 KB in 3,000 deltas; gives its bytes. */
function streamReply(journal: Journal, id: string): number {
  let bytes = 0;
  journal.append(said(id));
  for (let n = 0; n < 3000; n += 1) {
    const text = n % 3 === 0 ? ` ${n % 10}` : 'word';
    bytes += text.length;
    journal.append({ topic: TOPIC, messageId: id, event: { type: 'text', part: 0, text } });
    if (n % 20 === 0) journal.flush();
  }
  return bytes;
}

/** Tool output that grows to 1 MB in 2,000 appends, its beginning moved to blobs; gives its bytes. */
function streamTool(store: Store, journal: Journal, id: string): number {
  const tool = {
    ...emptyToolSnapshot('t'),
    content: [{ type: 'terminal' as const, terminalId: 'x', output: '' }],
  };
  journal.append(said(id));
  journal.append({ topic: TOPIC, messageId: id, event: { type: 'tool_call', part: 0, toolCall: tool } });
  let bytes = 0;
  let inline = '';
  for (let n = 0; n < 2000; n += 1) {
    const text = `${id} line ${n} of the output ${'.'.repeat(500)}`.slice(0, 524);
    bytes += text.length;
    inline += text;
    let change: { drop?: number; moved?: ReturnType<Store['blobs']['put']> } = {};
    if (inline.length > INLINE_LIMIT) {
      const drop = inline.length - KEPT;
      change = { drop, moved: store.blobs.put(inline.slice(0, drop), 'text/plain; charset=utf-8') };
      inline = inline.slice(drop);
    }
    const patch = { appends: [{ index: 0, text, ...change }] };
    journal.append({ topic: TOPIC, messageId: id, event: { type: 'tool_update', part: 0, patch } });
    if (n % 20 === 0) journal.flush();
  }
  return bytes;
}

describe('what a turn leaves on disk', () => {
  it('is within three times its content', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    using journal = createJournal(store);
    addChats(store, CHAT);
    tidyUp(store);
    const before = store.sizeBytes();
    let content = 0;
    for (let n = 0; n < 5; n += 1) {
      store.turns.insert(turn(`reply_${n}`, CHAT, { state: 'completed', prompt: null }));
      content += streamReply(journal, `reply_${n}`);
      journal.commit((scope) => scope.fold(CHAT));
    }
    const longest = tidyUp(store);
    expect(store.sizeBytes() - before).toBeLessThan(3 * content);
    expect(longest).toBeLessThan(50);

    const beforeTool = store.sizeBytes();
    const toolContent = streamTool(store, journal, 'tool_1');
    const whileRunning = store.sizeBytes() - beforeTool;
    expect(whileRunning).toBeGreaterThan(toolContent);
    journal.commit((scope) => scope.fold(CHAT));
    tidyUp(store);
    const grown = store.sizeBytes() - beforeTool;
    expect(grown).toBeGreaterThan(0.9 * toolContent);
    expect(grown).toBeLessThan(1.5 * toolContent);
  });

  it('is within three times its content at once when that is much, and while another program reads', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    using journal = createJournal(store);
    addChats(store, CHAT);
    const before = store.sizeBytes();
    let content = streamTool(store, journal, 'tool_1') + streamTool(store, journal, 'tool_2');
    journal.commit((scope) => scope.fold(CHAT));
    expect(store.sizeBytes() - before).toBeLessThan(3 * content);

    using reader = new DatabaseSync(store.file, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM messages').get();
    content += streamTool(store, journal, 'tool_3');
    const start = performance.now();
    journal.commit((scope) => scope.fold(CHAT));
    expect(performance.now() - start).toBeLessThan(1000);
    reader.exec('COMMIT');
    journal.commit((scope) => scope.frame(said('tool_4')));
    journal.commit((scope) => scope.fold(CHAT));
    expect(store.sizeBytes() - before).toBeLessThan(3 * content);
  });

  it('is given back when the chat is removed', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    using journal = createJournal(store);
    addChats(store, CHAT);
    tidyUp(store);
    const before = store.sizeBytes();
    for (let n = 0; n < 20; n += 1) streamReply(journal, `reply_${n}`);
    journal.commit((scope) => scope.fold(CHAT));
    store.chats.remove(CHAT);
    tidyUp(store);
    expect(store.sizeBytes()).toBeLessThanOrEqual(before);
  });

  it('does not hold a commit up: many frames are removed bit by bit, also after a crash in between', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    addChats(store, CHAT);
    const journal = createJournal(store);
    for (let n = 0; n < 3; n += 1) streamReply(journal, `reply_${n}`);
    journal.commit((scope) => scope.fold(CHAT));
    const state = journal.chatState(CHAT);
    expect(store.frames.after(TOPIC, 0).length).toBe(9003);
    journal[Symbol.dispose]();
    store[Symbol.dispose]();

    using again = openStore({ dataFolder: folder.path });
    using resumed = createJournal(again);
    expect(resumed.chatState(CHAT)).toEqual(state);
    expect(resumed.catchUp(TOPIC, 10).kind).toBe('snapshot');
    tidyUp(again);
    expect(again.frames.after(TOPIC, 0)).toEqual([]);
    expect(resumed.head(TOPIC)).toBe(9003);
  });
});
