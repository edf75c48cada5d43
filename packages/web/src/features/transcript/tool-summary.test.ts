import type { AcpToolSnapshot } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { summarise } from './tool-summary.ts';

function call(changes: Partial<AcpToolSnapshot>): AcpToolSnapshot {
  return {
    id: 'a',
    title: 'Title',
    kind: 'other',
    status: 'completed',
    content: [],
    locations: [],
    parentToolCallId: null,
    ...changes,
  };
}

const brief = (changes: Partial<AcpToolSnapshot>) => {
  const { verb, object, lines, exitCode, moreFiles } = summarise(call(changes), '/w/shop');
  return [
    verb,
    object,
    lines === null ? null : `+${lines.additions} -${lines.deletions}`,
    exitCode,
    moreFiles,
  ];
};

test('a command, from wherever it is said', () => {
  expect(brief({ kind: 'execute', rawInput: { command: 'npm test' } })).toEqual([
    'execute',
    'npm test',
    null,
    null,
    0,
  ]);
  expect(brief({ kind: 'execute', rawInput: { command: ['bash', '-lc', 'ls -a'] } })[1]).toBe('ls -a');
  expect(brief({ kind: 'execute', title: '`make all`' })[1]).toBe('make all');
});

test('an exit code, from the terminal or from the raw output', () => {
  const content = [{ type: 'terminal' as const, terminalId: 't', output: '', exitCode: 2 }];
  expect(brief({ kind: 'execute', content })[3]).toBe(2);
  expect(brief({ kind: 'execute', rawOutput: { exitCode: 1 } })[3]).toBe(1);
  expect(brief({ kind: 'execute', rawOutput: { metadata: { exit: 3 } } })[3]).toBe(3);
  expect(brief({ kind: 'execute', rawOutput: 'exitCode' })[3]).toBeNull();
});

test('an edit, with its file in the worktree and its lines', () => {
  const diff = (path: string, oldText: string | null, newText: string) => ({
    type: 'diff' as const,
    path,
    oldText,
    newText,
  });
  expect(brief({ kind: 'edit', content: [diff('/w/shop/src/cart.ts', 'a\nb\n', 'a\nc\nd\n')] })).toEqual([
    'edit',
    'src/cart.ts',
    '+2 -1',
    null,
    0,
  ]);
  expect(
    brief({ kind: 'edit', content: [diff('/w/shop/a', null, 'a\n'), diff('/w/shop/b', null, 'b\n')] }),
  ).toEqual(['create', 'a', '+2 -0', null, 1]);
});

test('a read of the worktree itself says its title', () => {
  expect(brief({ kind: 'read', title: 'List files', locations: [{ path: '/w/shop' }] })).toEqual([
    null,
    'List files',
    null,
    null,
    0,
  ]);
  expect(brief({ kind: 'read', locations: [{ path: '/etc/hosts' }] })[1]).toBe('/etc/hosts');
});

test('a search says what it looked for', () => {
  expect(brief({ kind: 'search', rawInput: { pattern: 'total' } }).slice(0, 2)).toEqual(['search', 'total']);
});
