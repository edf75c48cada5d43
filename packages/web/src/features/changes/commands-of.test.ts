import { emptyToolSnapshot, type AcpToolSnapshot } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { exitCodeOf, outputOf } from './commands-of.ts';

const call = (over: Partial<AcpToolSnapshot>): AcpToolSnapshot => ({ ...emptyToolSnapshot('x'), ...over });

test('output comes from terminals and from texts, without the fences of markdown', () => {
  const text = { type: 'content', content: { type: 'text', text: '```console\nhi\n```' } } as const;
  const terminal = {
    type: 'terminal',
    terminalId: 't',
    output: 'end',
    head: [{ blob: 'b1', size: 1, mimeType: 'text/plain' }],
  } as const;
  expect(outputOf(call({ content: [text, { ...terminal, head: [...terminal.head] }] }))).toEqual({
    text: 'hi\n\nend',
    head: ['b1'],
  });
});

test('an exit code is taken where it was said, and not made up', () => {
  expect(exitCodeOf(call({ rawOutput: { exit_code: 3 } }))).toBe(3);
  expect(exitCodeOf(call({ rawOutput: { exit: 0 } }))).toBe(0);
  expect(exitCodeOf(call({ rawOutput: 'text' }))).toBeNull();
  expect(
    exitCodeOf(call({ content: [{ type: 'terminal', terminalId: 't', output: '', exitCode: 7 }] })),
  ).toBe(7);
});
