import { describe, expect, it } from 'vitest';
import type { Entry, EntryKind } from './entries.ts';
import { parseQuery, rank } from './rank.ts';

function entry(kind: EntryKind, id: string, title: string, detail = ''): Entry {
  return {
    id: `${kind}:${id}`,
    kind,
    title,
    detail,
    text: `${title} ${detail}`,
    mark: null,
    keys: null,
    target: { to: 'command', commandId: id },
  };
}

const entries = [
  entry('question', 'q', 'Run npm test', 'demo asks'),
  entry('session', 'a', 'Checkout bug', 'shop · pilotlight/checkout · demo'),
  entry('session', 'b', 'Refactor auth', 'api · pilotlight/auth · claude'),
  entry('chat', 'c', 'Second opinion', 'Checkout bug · codex'),
  entry('command', 'theme.dark', 'Use the dark theme', 'Appearance'),
  entry('command', 'go.board', 'Go to the board', 'Go to'),
];
const shown = (query: string, recent: string[] = []) =>
  rank(entries, query, recent).map(({ group, entry }) => `${group} ${entry.id}`);

describe('parseQuery', () => {
  it('takes the prefix off', () => {
    expect(parseQuery('> dark ')).toEqual({ only: 'command', needle: 'dark' });
    expect(parseQuery('#')).toEqual({ only: 'session', needle: '' });
    expect(parseQuery('a > b')).toEqual({ only: null, needle: 'a > b' });
  });
});

describe('rank', () => {
  it('begins with what was used lately, once, and leaves single chats to the search', () => {
    expect(shown('', ['command:go.board', 'session:gone', 'session:b'])).toEqual([
      'recent command:go.board',
      'recent session:b',
      'question question:q',
      'session session:a',
      'command command:theme.dark',
    ]);
  });

  it('narrows by prefix, also with nothing behind it', () => {
    expect(shown('>')).toEqual(['command command:theme.dark', 'command command:go.board']);
    expect(shown('#auth')).toEqual(['session session:b']);
    expect(shown('>checkout')).toEqual([]);
  });

  it('finds a session by project, branch and agent, in any order', () => {
    expect(shown('claude api')).toEqual(['session session:b']);
    expect(shown('pilotlight/auth')[0]).toBe('session session:b');
  });

  it('keeps the entries of a group together, the group of the best match first', () => {
    expect(shown('checkout')).toEqual(['session session:a', 'chat chat:c']);
  });

  it('puts what was used lately before a match that is as good', () => {
    const many = [entry('command', 'one', 'Open one'), entry('command', 'two', 'Open two')];
    expect(rank(many, 'open', ['command:two'])[0]?.entry.id).toBe('command:two');
  });

  it('shows few of many', () => {
    const many = Array.from({ length: 1000 }, (_, at) => entry('session', String(at), `Session ${at}`));
    expect(rank(many, '', [])).toHaveLength(6);
    expect(rank(many, 'session', [])).toHaveLength(50);
  });
});
