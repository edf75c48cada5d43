import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { INDEX_TOPIC, chatTopic, type ChatFrame, type ChatState } from '@pilotlight/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { addChats, message, project, temporaryFolder, turn } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { createJournal } from './create-journal.ts';
import type { FrameDraft, Journal, PublishedBatch } from './journal.ts';
import { INDEX_KEEP } from './topic-lane.ts';

const CHAT = 'cht_00000001';
const TOPIC = chatTopic(CHAT);
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let journal: Journal;
const failures: unknown[] = [];

function open(options: { maxBytes?: number } = {}): void {
  store = openStore({ dataFolder: folder.path, ...options });
  journal = createJournal(store, { onFailure: (error) => failures.push(error), window: 5 });
}

function close(): void {
  journal[Symbol.dispose]();
  store[Symbol.dispose]();
}

beforeEach(() => {
  failures.length = 0;
  folder = temporaryFolder();
  open();
  addChats(store, CHAT);
});
afterEach(() => {
  close();
  folder[Symbol.dispose]();
});

function said(id: string): FrameDraft {
  return { topic: TOPIC, messageId: id, event: { type: 'message', message: message(id, CHAT) } };
}

function text(id: string, value: string, part = 0): FrameDraft {
  return { topic: TOPIC, messageId: id, event: { type: 'text', part, text: value } };
}

function framesOf(json: string): ChatFrame[] {
  return JSON.parse(`[${json}]`) as ChatFrame[];
}

function textsOf(state: ChatState): string[] {
  return state.messages.map(({ parts }) =>
    parts.map((part) => (part.type === 'text' ? part.text : '')).join('|'),
  );
}

function stateOf(): ChatState {
  return journal.chatState(CHAT);
}

describe('what is published', () => {
  it('comes soon when told so: on disk at once, seen after what is ready has run, once and in order', async () => {
    const seen: string[] = [];
    using _ = journal.subscribe(TOPIC, ({ firstSeq, lastSeq }) => seen.push(`${firstSeq}-${lastSeq}`));
    journal.commit((scope) => scope.frame(said('msg_1')), 'written', 'soon');
    expect(journal.head(TOPIC)).toBe(1);
    await Promise.resolve();
    expect(seen).toEqual([]);
    await nextTurn();
    expect(seen).toEqual(['1-1']);

    journal.commit((scope) => scope.frame(said('msg_2')), 'written', 'soon');
    journal.commit((scope) => scope.frame(said('msg_3')));
    expect(seen).toEqual(['1-1', '2-2', '3-3']);

    journal.commit((scope) => scope.frame(said('msg_4')), 'written', 'soon');
    expect(journal.catchUp(TOPIC, 3)).toMatchObject({ count: 1, lastSeq: 4 });
    const late: number[] = [];
    using _late = journal.subscribe(TOPIC, ({ firstSeq }) => late.push(firstSeq));
    expect(seen.at(-1)).toBe('4-4');
    await nextTurn();
    expect(seen).toHaveLength(4);
    expect(late).toEqual([]);
  });

  it('is seen at once when hurried', () => {
    let seen = 0;
    using _ = journal.subscribe(TOPIC, ({ count }) => (seen += count));
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'a'));
    expect(seen).toBe(0);
    journal.hurry();
    expect(seen).toBe(2);
  });

  it('is on disk before a subscriber sees it', async () => {
    const found: boolean[] = [];
    using other = new DatabaseSync(store.file, { readOnly: true });
    const rows = other.prepare(
      'SELECT json FROM frames WHERE topic = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    );
    using _ = journal.subscribe(TOPIC, (batch) => {
      const stored = rows.all(batch.topic, batch.firstSeq, batch.lastSeq).map((row) => row['json']);
      found.push(stored.join(',') === batch.json && stored.length === batch.count);
    });
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'a'));
    await journal.drained();
    journal.commit((scope) => scope.frame(text('msg_1', 'b')));
    expect(found).toEqual([true, true]);
  });

  it('is what was appended in one event-loop turn, together, numbered without a gap', async () => {
    const batches: PublishedBatch[] = [];
    using _ = journal.subscribe(TOPIC, (batch) => batches.push(batch));
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'a'));
    expect(batches).toEqual([]);
    expect(journal.head(TOPIC)).toBe(0);
    await nextTurn();
    journal.append(text('msg_1', 'b'));
    await journal.drained();
    expect(batches.map(({ firstSeq, lastSeq, count }) => [firstSeq, lastSeq, count])).toEqual([
      [1, 2, 2],
      [3, 3, 1],
    ]);
    const frames = batches.flatMap((batch) => framesOf(batch.json));
    expect(frames.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(frames[1]).toEqual({
      seq: 2,
      at: expect.any(Number) as number,
      chat_id: CHAT,
      message_id: 'msg_1',
      event: { type: 'text', part: 0, text: 'a' },
    });
  });

  it('comes before a commit returns, what was appended earlier first', () => {
    const seen: string[] = [];
    using _ = journal.subscribe(TOPIC, (batch) =>
      seen.push(...framesOf(batch.json).map(({ seq }) => String(seq))),
    );
    journal.append(said('msg_1'));
    const result = journal.commit((scope) => {
      scope.frame(text('msg_1', 'a'));
      store.turns.insert(turn('trn_1', CHAT));
      return seen.length;
    });
    expect(result).toBe(1);
    expect(seen).toEqual(['1', '2']);
    expect(store.turns.get('trn_1')).not.toBeNull();
  });

  it('is nothing of a commit that fails, and its numbers are used again', () => {
    const seen: number[] = [];
    using _ = journal.subscribe(TOPIC, (batch) => seen.push(...framesOf(batch.json).map(({ seq }) => seq)));
    journal.append(said('msg_1'));
    const failing = () =>
      journal.commit((scope) => {
        scope.frame(text('msg_1', 'lost'));
        store.turns.insert(turn('trn_1', CHAT));
        journal.append(text('msg_1', 'kept'));
        scope.fold(CHAT);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(store.turns.get('trn_1')).toBeNull();
    expect(seen).toEqual([1]);
    journal.flush();
    expect(seen).toEqual([1, 2]);
    expect(textsOf(stateOf())).toEqual(['kept']);
  });

  it('goes on when a subscriber throws, and in order when one commits', () => {
    const seen: [string, number][] = [];
    using _first = journal.subscribe(TOPIC, (batch) => {
      seen.push(['first', batch.lastSeq]);
      if (batch.lastSeq === 1) journal.commit((scope) => scope.frame(text('msg_1', 'answer')));
      throw new Error('a defect of a subscriber');
    });
    using _second = journal.subscribe(TOPIC, (batch) => seen.push(['second', batch.lastSeq]));
    journal.commit((scope) => scope.frame(said('msg_1')));
    expect(seen).toEqual([
      ['first', 1],
      ['second', 1],
      ['first', 2],
      ['second', 2],
    ]);
  });

  it('ends when the subscription is disposed', () => {
    let count = 0;
    const subscription = journal.subscribe(TOPIC, () => (count += 1));
    journal.commit((scope) => scope.frame(said('msg_1')));
    subscription[Symbol.dispose]();
    journal.commit((scope) => scope.frame(text('msg_1', 'a')));
    expect(count).toBe(1);
  });

  it('is refused inside a transaction of someone else', () => {
    const inside = () => store.transaction(() => journal.commit((scope) => scope.frame(said('msg_1'))));
    expect(inside).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(journal.head(TOPIC)).toBe(0);
  });
});

describe('the state of a chat', () => {
  it('is the same before and after a fold and a restart', () => {
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'one'));
    journal.append({ topic: TOPIC, event: { type: 'usage', agent: 'alpha', usage: { contextUsed: 5 } } });
    const before = stateOf();
    expect(textsOf(before)).toEqual(['one']);
    close();
    open();
    expect(stateOf()).toEqual(before);
    journal.commit((scope) => scope.fold(CHAT));
    expect(stateOf()).toEqual(before);
    expect(store.frames.after(TOPIC, 0)).toEqual([]);
    expect(store.messages.count(CHAT)).toBe(1);
    close();
    open();
    expect(stateOf()).toEqual(before);
    journal.commit((scope) => scope.frame(text('msg_1', ' more')));
    expect(stateOf().seq).toBe(4);
    expect(textsOf(stateOf())).toEqual(['one more']);
  });

  it('is folded with the frames of the same commit: they are published and never stored', () => {
    const seen: number[] = [];
    using _ = journal.subscribe(TOPIC, (batch) => seen.push(...framesOf(batch.json).map(({ seq }) => seq)));
    journal.append(said('msg_1'));
    journal.commit((scope) => {
      scope.frame(text('msg_1', 'last'));
      scope.fold(CHAT);
      scope.frame({ topic: TOPIC, event: { type: 'usage', agent: 'alpha', usage: {} } });
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(store.frames.after(TOPIC, 0).map(({ seq }) => seq)).toEqual([3]);
    expect(store.messages.get('msg_1')?.parts).toEqual([{ type: 'text', text: 'last' }]);
    expect(journal.catchUp(TOPIC, 2)).toMatchObject({ kind: 'tail', count: 1, lastSeq: 3 });
  });

  it('shows the newest messages, folded and live, and says that there are earlier ones', () => {
    for (let n = 1; n <= 4; n += 1) journal.append(said(`msg_${n}`));
    journal.commit((scope) => scope.fold(CHAT));
    journal.append(text('msg_4', 'late'));
    journal.append(text('msg_1', 'later'));
    for (let n = 5; n <= 7; n += 1) journal.append(said(`msg_${n}`));
    const state = stateOf();
    expect(state.messages.map(({ id }) => id)).toEqual(['msg_3', 'msg_4', 'msg_5', 'msg_6', 'msg_7']);
    expect(state.messages[1]?.parts).toEqual([{ type: 'text', text: 'late' }]);
    expect(state.hasEarlier).toBe(true);
    journal.commit((scope) => scope.fold(CHAT));
    expect(stateOf()).toEqual(state);
    expect(store.messages.get('msg_1')?.parts).toEqual([{ type: 'text', text: 'later' }]);
  });

  it('has the live message, frames that wait included', () => {
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'a'));
    expect(journal.liveMessage(CHAT, 'msg_1')?.parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(journal.liveMessage(CHAT, 'msg_2')).toBeNull();
    journal.commit((scope) => scope.fold(CHAT));
    expect(journal.liveMessage(CHAT, 'msg_1')).toBeNull();
  });

  it('takes a late word for a chat that was removed', () => {
    journal.append(said('msg_1'));
    journal.commit((scope) => scope.fold(CHAT));
    journal.commit(() => store.chats.remove(CHAT));
    journal.append(text('msg_1', 'late'));
    journal.commit((scope) => scope.fold(CHAT));
    expect(stateOf().messages).toEqual([]);
    expect(store.frames.after(TOPIC, 0)).toEqual([]);
  });
});

describe('catching up', () => {
  it('gives the missing frames, or a snapshot where there is nothing to start from', () => {
    journal.append(said('msg_1'));
    journal.append(text('msg_1', 'a'));
    const tail = journal.catchUp(TOPIC, 1);
    expect(tail).toMatchObject({ kind: 'tail', count: 1, lastSeq: 2 });
    expect(framesOf(tail.kind === 'tail' ? tail.json : '')[0]?.seq).toBe(2);
    expect(journal.catchUp(TOPIC, 2)).toEqual({ kind: 'tail', json: '', count: 0, lastSeq: 2 });
    expect(journal.catchUp(TOPIC, null).kind).toBe('snapshot');
    expect(journal.catchUp(TOPIC, 3).kind).toBe('snapshot');
    journal.commit((scope) => scope.fold(CHAT));
    expect(journal.catchUp(TOPIC, 2)).toEqual({ kind: 'tail', json: '', count: 0, lastSeq: 2 });
    expect(journal.catchUp(TOPIC, 1).kind).toBe('snapshot');
    expect(() => journal.catchUp('weather', null)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('keeps the newest frames of the index and has the rest in its tables', () => {
    store.projects.insert(project('prj_9'));
    const total = INDEX_KEEP + 1500;
    for (let n = 1; n <= total; n += 1) {
      journal.append({ topic: INDEX_TOPIC, event: { type: 'project', project: project('prj_9') } });
    }
    expect(journal.catchUp(INDEX_TOPIC, 10)).toMatchObject({ kind: 'snapshot', state: { seq: total } });
    expect(journal.catchUp(INDEX_TOPIC, total - INDEX_KEEP)).toMatchObject({
      kind: 'tail',
      count: INDEX_KEEP,
    });
    expect(Object.keys(journal.indexState().projects)).toEqual(['prj_00000001', 'prj_9']);
    close();
    open();
    expect(journal.head(INDEX_TOPIC)).toBe(total);
  });
});

describe('a disk that takes nothing', () => {
  function fillUp(): void {
    close();
    // The empty tables take about half of it.
    open({ maxBytes: 800_000 });
    store.chats.insert({ ...store.chats.get(CHAT)!, id: 'cht_ballast' });
    const ballast = { parts: [{ type: 'text' as const, text: 'x'.repeat(2000) }] };
    const fill = () => {
      for (let n = 0; n < 1000; n += 1) store.messages.upsert(message(`bal_${n}`, 'cht_ballast', ballast));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'store_full' }));
  }

  it('loses no frame: they wait, and are saved when there is room', async () => {
    fillUp();
    const seen: number[] = [];
    using _ = journal.subscribe(TOPIC, (batch) => seen.push(...framesOf(batch.json).map(({ seq }) => seq)));
    for (let n = 0; n < 20; n += 1) journal.append(n === 0 ? said('msg_1') : text('msg_1', 'x'.repeat(4000)));
    expect(() => journal.flush()).toThrow(expect.objectContaining({ code: 'store_full' }));
    expect(() => journal.commit((scope) => scope.frame(said('msg_2')))).toThrow(
      expect.objectContaining({ code: 'store_full' }),
    );
    // Nothing that is not on disk is shown.
    expect(stateOf()).toMatchObject({ seq: 0, messages: [] });
    expect(seen).toEqual([]);
    expect(failures).not.toEqual([]);
    expect(journal.failure).toMatchObject({ code: 'store_full' });
    const saved = journal.drained();
    store.chats.remove('cht_ballast');
    await saved;
    expect(journal.failure).toBeNull();
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(textsOf(stateOf())).toEqual(['x'.repeat(4000 * 19)]);
  });

  it('makes append refuse once too much waits', () => {
    fillUp();
    using bounded = createJournal(store, {
      pendingLimit: 100_000,
      onFailure: (error) => failures.push(error),
    });
    bounded.append(text('msg_1', 'x'.repeat(120_000)));
    expect(() => bounded.flush()).toThrow(expect.objectContaining({ code: 'store_full' }));
    expect(() => bounded.append(text('msg_1', 'y'))).toThrow(expect.objectContaining({ code: 'store_full' }));
    store.chats.remove('cht_ballast');
    bounded.flush();
    bounded.append(text('msg_1', 'z'));
    bounded.flush();
    expect(bounded.head(TOPIC)).toBe(2);
  });
});
