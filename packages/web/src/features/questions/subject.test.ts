import type { AcpToolSnapshot } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { subjectOf } from './subject.ts';

function call(fields: Partial<AcpToolSnapshot>): AcpToolSnapshot {
  return {
    id: '1',
    title: 'Title',
    kind: 'other',
    status: 'pending',
    content: [],
    locations: [],
    parentToolCallId: null,
    ...fields,
  };
}

describe('subjectOf', () => {
  it('shows a command as it will run', () => {
    expect(subjectOf(call({ kind: 'execute', rawInput: { command: 'npm test', cwd: '/a' } }))).toMatchObject({
      command: 'npm test',
      folder: '/a',
      input: [],
    });
    expect(subjectOf(call({ rawInput: { command: ['bash', '-lc', "echo 'a b' > c"] } })).command).toBe(
      String.raw`bash -lc 'echo '\''a b'\'' > c'`,
    );
    expect(subjectOf(call({ rawInput: { command: 'rm', args: ['-r', 'my files'] } })).command).toBe(
      "rm -r 'my files'",
    );
  });

  it('takes the title of a command that has no input', () => {
    const content: AcpToolSnapshot['content'] = [
      { type: 'content', content: { type: 'text', text: '[current working directory /a]' } },
    ];
    expect(subjectOf(call({ kind: 'execute', title: 'ls -l', content }))).toMatchObject({
      command: 'ls -l',
      texts: ['[current working directory /a]'],
    });
  });

  it('shows a change by its diff', () => {
    const diff = { type: 'diff', path: '/a/b.ts', oldText: null, newText: 'x\n' } as const;
    const subject = subjectOf(
      call({
        kind: 'edit',
        content: [diff],
        locations: [{ path: '/a/b.ts' }],
        rawInput: { file_path: '/a/b.ts', content: 'x\n' },
      }),
    );
    expect(subject).toEqual({
      command: null,
      folder: null,
      diffs: [diff],
      texts: [],
      locations: [],
      input: [],
    });
  });

  it('shows the whole input of anything else', () => {
    const { input, locations } = subjectOf(
      call({ rawInput: { url: 'https://example.com', depth: 2 }, locations: [{ path: 'a', line: 3 }] }),
    );
    expect(input).toEqual([
      ['url', 'https://example.com'],
      ['depth', '2'],
    ]);
    expect(locations).toEqual([{ path: 'a', line: 3 }]);
  });
});
