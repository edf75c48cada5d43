import { describe, expect, it } from 'vitest';
import { isInView, shouldTell, type View } from './whom-to-tell.ts';
import type { Happening } from './what-happened.ts';

const done: Happening = {
  kind: 'done',
  sessionId: 's',
  chatId: 'c',
  tag: 't',
  text: '',
  tookMs: null,
  isSeen: false,
};
const choice = { needsYou: true, done: true };
const view = (changes: Partial<View>): View => ({ isHidden: false, hasFocus: true, path: '/', ...changes });

describe('shouldTell', () => {
  it.each([
    ['the session is in view', { path: '/sessions/s' }, false],
    ['it is in view beside another program', { path: '/sessions/s', hasFocus: false }, false],
    ['it is open but hidden', { path: '/sessions/s', isHidden: true }, true],
    ['another session is in view', { path: '/sessions/other' }, true],
    ['the board is in front', { path: '/' }, false],
    ['the board is behind another program', { path: '/', hasFocus: false }, true],
    ['the settings are in front', { path: '/settings' }, true],
  ])('when %s', (_, changes, expected) => {
    expect(shouldTell(view(changes), choice, done)).toBe(expected);
  });

  it('says nothing of what somebody looked at', () => {
    expect(shouldTell(view({ isHidden: true }), choice, { ...done, isSeen: true })).toBe(false);
  });

  it('keeps to what the user chose', () => {
    const hidden = view({ isHidden: true });
    expect(shouldTell(hidden, { needsYou: true, done: false }, done)).toBe(false);
    expect(shouldTell(hidden, { needsYou: true, done: false }, { ...done, kind: 'failed' })).toBe(true);
    expect(shouldTell(hidden, { needsYou: false, done: true }, { ...done, kind: 'question' })).toBe(false);
  });
});

describe('isInView', () => {
  it('is by the whole id', () => {
    expect(isInView(view({ path: '/sessions/ss' }), done)).toBe(false);
  });
});
