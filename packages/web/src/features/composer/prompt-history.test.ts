import { describe, expect, it } from 'vitest';
import { stepThrough } from './prompt-history.ts';

const prompts = ['newest', 'older', 'oldest'];

describe('stepThrough', () => {
  it('goes back to the oldest and no further', () => {
    expect(stepThrough(prompts, null, 'older')).toEqual({ at: 0, text: 'newest' });
    expect(stepThrough(prompts, 1, 'older')).toEqual({ at: 2, text: 'oldest' });
    expect(stepThrough(prompts, 2, 'older')).toBeNull();
    expect(stepThrough([], null, 'older')).toBeNull();
  });

  it('comes back to an empty field', () => {
    expect(stepThrough(prompts, 2, 'newer')).toEqual({ at: 1, text: 'older' });
    expect(stepThrough(prompts, 0, 'newer')).toEqual({ at: null, text: '' });
    expect(stepThrough(prompts, null, 'newer')).toBeNull();
  });
});
