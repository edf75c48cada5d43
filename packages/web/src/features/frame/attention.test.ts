import { describe, expect, it } from 'vitest';
import { documentTitle, nextNeeding } from './attention.ts';
import { row } from './rows-fixture.ts';

describe('nextNeeding', () => {
  const rows = [row('a', 'question'), row('b', 'failed'), row('c', 'review'), row('d', 'idle')];
  const next = (shownId: string | null, step: 1 | -1) => nextNeeding(rows, shownId, step)?.session.id;

  it('begins at the most urgent, or at the end when going back', () => {
    expect(next(null, 1)).toBe('a');
    expect(next('d', 1)).toBe('a');
    expect(next(null, -1)).toBe('c');
  });

  it('goes on from the one shown, around the end', () => {
    expect(next('a', 1)).toBe('b');
    expect(next('c', 1)).toBe('a');
    expect(next('a', -1)).toBe('c');
  });

  it('answers null when no other session needs the user', () => {
    expect(nextNeeding([row('d', 'idle')], null, 1)).toBeNull();
    expect(nextNeeding([row('a', 'question')], 'a', 1)).toBeNull();
    expect(nextNeeding([row('a', 'question')], 'd', -1)?.session.id).toBe('a');
  });
});

describe('documentTitle', () => {
  it('counts only when somebody waits', () => {
    expect(documentTitle(3, 'Checkout bug', 'Pilotlight')).toBe('(3) Checkout bug · Pilotlight');
    expect(documentTitle(0, 'Board', 'Pilotlight')).toBe('Board · Pilotlight');
    expect(documentTitle(1, null, 'Pilotlight')).toBe('(1) Pilotlight');
  });
});
