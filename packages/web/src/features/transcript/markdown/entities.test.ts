import { expect, test } from 'vitest';
import { decodeEntities } from './entities.ts';

test('references become their characters, unknown and impossible ones stay', () => {
  expect(decodeEntities('a &lt; b &amp;&#39;&#x41; &nope; &#xd800; &constructor;')).toBe(
    "a < b &'A &nope; &#xd800; &constructor;",
  );
});
