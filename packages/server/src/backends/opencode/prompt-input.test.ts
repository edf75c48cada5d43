import { expect, test } from 'vitest';
import { newMessageId } from './ascending-id.ts';
import { readPrompt } from './prompt-input.ts';

const commands = new Set(['init', 'review']);
const here = `file://${import.meta.filename}`;

test('text, files and data become parts', () => {
  const prompt = readPrompt(
    {
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'resource_link', uri: here, name: 'me.ts' },
        { type: 'resource_link', uri: 'file:///not/there.png', name: 'there.png' },
        { type: 'resource_link', uri: 'https://example.test/x', name: 'x' },
        { type: 'resource', resource: { uri: 'note:1', text: 'a note' } },
        { type: 'resource', resource: { uri: 'note:/a/b.pdf', blob: 'BBBB', mimeType: 'application/pdf' } },
      ],
    },
    commands,
  );
  expect(prompt).toEqual({
    kind: 'parts',
    parts: [
      { type: 'text', text: 'Look' },
      { type: 'file', mime: 'image/png', url: 'data:image/png;base64,AAAA' },
      { type: 'file', mime: 'text/plain', url: here, filename: 'me.ts' },
      { type: 'text', text: 'there.png (file:///not/there.png)' },
      { type: 'text', text: 'x (https://example.test/x)' },
      { type: 'text', text: 'Contents of note:1:\n\na note' },
      { type: 'file', mime: 'application/pdf', url: 'data:application/pdf;base64,BBBB', filename: 'b.pdf' },
    ],
  });
});

test.each([
  ['/init', { command: 'init', arguments: '' }],
  ['/review HEAD~1\nwith care', { command: 'review', arguments: 'HEAD~1\nwith care' }],
])('%s is a command', (text, expected) => {
  expect(readPrompt({ content: [{ type: 'text', text }] }, commands)).toEqual({
    kind: 'command',
    ...expected,
    parts: [],
  });
});

test.each(['/unknown thing', 'see /init', '/', '/initial'])('%s is no command', (text) => {
  expect(readPrompt({ content: [{ type: 'text', text }] }, commands)).toMatchObject({ kind: 'parts' });
});

test('message ids ascend and look like those of opencode', () => {
  const ids = Array.from({ length: 100 }, () => newMessageId());
  expect(ids.every((id) => /^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/.test(id))).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  // Taken from a recording: the message was made in this millisecond.
  expect(newMessageId(undefined, 1795386808712).slice(0, 15)).toBe('msg_20564998800');
});
