import { keyCaps } from '../../ui/keys.tsx';
import * as words from '../../words/index.ts';

/** Keys in words, for search and for who hears them: `Ctrl K`, `G then B`. */
export function spoken(keys: string | undefined): string {
  if (keys === undefined || keys === '') return '';
  return keyCaps(keys)
    .map((press) => press.join(' '))
    .join(` ${words.common.thenPress} `);
}
