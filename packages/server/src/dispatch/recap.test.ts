import { INLINE_LIMIT, type Message, type Part } from '@pilotlight/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { message, temporaryFolder } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { promptToParts } from './prompt-content.ts';
import { recapOf } from './recap.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;

beforeEach(() => {
  folder = temporaryFolder();
  store = openStore({ dataFolder: folder.path });
});

afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const LIMIT = 24_000;

function quoted(...messages: Message[]): string {
  const text = recapOf(messages, store.blobs)?.text ?? '';
  return text.split('\n\n').slice(1, -1).join('\n\n');
}

function user(text: string): Message {
  return message('u', 'c', { role: 'user', parts: promptToParts([{ type: 'text', text }], store.blobs) });
}

function assistant(...parts: Part[]): Message {
  return message('a', 'c', { parts });
}

/** A text whose beginning moved to these blobs. */
function moved(pieces: string[], text: string): Part {
  return { type: 'text', text, head: pieces.map((piece) => store.blobs.put(piece, 'text/plain')) };
}

test('a prompt that lies in a blob as a whole is quoted with its end', () => {
  const text = `${'x'.repeat(INLINE_LIMIT)} and in the end: 漢字 🔥`;
  expect(user(text).parts[0]).toMatchObject({ text: '' });
  expect(quoted(user(text))).toBe(`User: […] ${text.slice(-LIMIT)}`);
});

test('an answer that moved in pieces is quoted whole when it fits', () => {
  const part = moved(['one, ', 'two 🔥, ', 'three, '], 'four');
  expect(quoted(assistant(part, { type: 'text', text: 'five' }))).toBe(
    'Assistant (alpha): one, two 🔥, three, four\nfive',
  );
});

test('a character is never cut, wherever the limit falls', () => {
  for (const letters of [0, 1, 2, 3]) {
    const text = `${'🔥'.repeat(INLINE_LIMIT)}${'x'.repeat(letters)}`;
    const said = quoted(user(text));
    expect(said).toMatch(new RegExp(`^User: \\[…\\] \uFFFD?(🔥)+x{${letters}}$`, 'u'));
    expect(said.length).toBe('User: […] '.length + LIMIT);
  }
});

test('of what moved only what fits is read', () => {
  const read: [string, number][] = [];
  const blobs = {
    end(id: string, bytes: number) {
      const found = store.blobs.end(id, bytes);
      read.push([id, found?.length ?? 0]);
      return found;
    },
  };
  const part = moved(['a'.repeat(200_000), 'b'.repeat(200_000)], 'c'.repeat(20_000));
  const { text = '', messages } = recapOf([user('d'.repeat(200_000)), assistant(part)], blobs) ?? {};
  expect(text).toContain('(1 earlier messages are left out.)');
  expect(text).toMatch(new RegExp(`Assistant \\(alpha\\): \\[…\\] b{4000}c{20000}\n`));
  expect(messages).toBe(2);
  expect(read).toHaveLength(1);
  expect(read[0]?.[1]).toBeLessThan(20_000);
});

test('the newest messages are kept, and a blob that is gone is said to be left out', () => {
  const gone: Part = {
    type: 'text',
    text: 'end',
    head: [{ blob: '0'.repeat(64), size: 3, mimeType: 'text/plain' }],
  };
  expect(quoted(user('hello'), assistant(gone))).toBe('User: hello\n\nAssistant (alpha): […] end');
  const long = assistant({ type: 'text', text: 'y'.repeat(LIMIT - 30) });
  const [first = '', second = ''] = quoted(user('hello '.repeat(10)), long).split('\n\n');
  expect(first).toMatch(/^User: \[…\] .{1,20}$/);
  expect(second).toBe(`Assistant (alpha): ${'y'.repeat(LIMIT - 30)}`);
});

test('what says nothing in words is no message of a recap', () => {
  const notice = assistant({ type: 'notice', level: 'info', code: 'cold', text: 'ran cold' });
  expect(recapOf([notice], store.blobs)).toBeNull();
  expect(recapOf([user('hi'), notice], store.blobs)?.messages).toBe(1);
});
