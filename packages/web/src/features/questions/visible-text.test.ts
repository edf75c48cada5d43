import { expect, it } from 'vitest';
import { visibleText } from './visible-text.ts';

it('leaves what can be read as it is', () => {
  const text = 'echo "grüß 日本 👍🏽"\n\tnpm test';
  expect(visibleText(text)).toBe(text);
  expect(visibleText('a\r\nb')).toBe('a\nb');
});

it('writes out what would hide something', () => {
  expect(visibleText('rm a\u202e# txt.b')).toBe('rm a⟨U+202E⟩# txt.b');
  expect(visibleText('ls\rrm -rf .')).toBe('ls⟨U+000D⟩rm -rf .');
  expect(visibleText('a\u200bb\u001b[8mc')).toBe('a⟨U+200B⟩b⟨U+001B⟩[8mc');
  expect(visibleText('a\u{e0061}')).toBe('a⟨U+E0061⟩');
});
