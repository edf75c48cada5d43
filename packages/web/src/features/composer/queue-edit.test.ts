import type { Part, Turn } from '@pilotlight/protocol';
import { expect, it } from 'vitest';
import { attachmentCount, editableText, withText } from './queue-edit.ts';

const image: Part = {
  type: 'content',
  content: {
    type: 'image',
    mimeType: 'image/png',
    blob: { blob: 'a'.repeat(64), size: 3, mimeType: 'image/png' },
  },
};

function queued(...prompt: Part[]): Turn {
  return { prompt } as Turn;
}

it('changes the words and keeps what goes along', () => {
  const turn = queued({ type: 'text', text: 'fix it' }, image);
  expect(editableText(turn)).toBe('fix it');
  expect(attachmentCount(turn)).toBe(1);
  expect(withText(turn, ' fix that \n')).toEqual([
    { type: 'text', text: 'fix that' },
    image.type === 'content' && image.content,
  ]);
  expect(withText(turn, ' ')).toHaveLength(1);
});

it('does not edit what is not wholly here', () => {
  const head = [{ blob: 'a'.repeat(64), size: 99_999, mimeType: 'text/plain' }];
  expect(editableText(queued({ type: 'text', text: '', head }))).toBeNull();
  expect(editableText(queued(image))).toBe('');
});
