import { expect, test } from 'vitest';
import { EMPTY_DRAFT, readDraft, splitCommand } from './mcp-form.ts';

test('a command line falls into words, and quotes hold them together', () => {
  expect(splitCommand(`  npx -y "a server" --root='/my files' --x= `)).toEqual([
    'npx',
    '-y',
    'a server',
    '--root=/my files',
    '--x=',
  ]);
});

test('a draft becomes what the server is asked for', () => {
  const draft = {
    ...EMPTY_DRAFT,
    name: ' files ',
    target: 'server .',
    values: 'A=b=c\n\n KEY = ${secret:KEY}',
  };
  expect(readDraft(draft)).toEqual({
    name: 'files',
    projectId: null,
    transport: { type: 'stdio', command: 'server', args: ['.'], env: { A: 'b=c', KEY: '${secret:KEY}' } },
  });
  expect(readDraft({ ...draft, kind: 'http', target: 'https://x/', values: '' })).toMatchObject({
    transport: { type: 'http', url: 'https://x/', headers: {} },
  });
});

test('what is wrong with a draft is said', () => {
  expect(readDraft({ ...EMPTY_DRAFT, target: 'x', values: 'nothing' })).toContain('“nothing”');
  expect(readDraft(EMPTY_DRAFT)).toBe('Say what starts it.');
});
