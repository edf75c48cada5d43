import { emptyToolSnapshot, type AcpToolSnapshot } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { outputOf } from './commands-of.ts';

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
    text: 'hi\nend',
    head: ['b1'],
  });
});
