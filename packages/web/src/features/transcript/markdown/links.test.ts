import { expect, test } from 'vitest';
import { filePlace, safeUrl } from './links.ts';

test.each([
  ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
  ['HTTP://Example.com', 'http://example.com/'],
  ['mailto:a@example.com', 'mailto:a@example.com'],
  ['javascript:alert(1)', null],
  ['java\nscript:alert(1)', null],
  [' javascript:alert(1)', null],
  ['data:text/html,<script>', null],
  ['vbscript:x', null],
  ['file:///etc/passwd', null],
  ['/api/blobs/1', null],
  ['//evil.example', null],
  ['#top', null],
  ['https://', null],
])('a link to %j leads to %j', (href, url) => {
  expect(safeUrl(href)).toBe(url);
});

test.each([
  ['src/cart.ts', { path: 'src/cart.ts', line: null }],
  ['src/cart.ts:12', { path: 'src/cart.ts', line: 12 }],
  ['./src/cart.ts:12:5', { path: 'src/cart.ts', line: 12 }],
  ['src/cart.ts#L3-L9', { path: 'src/cart.ts', line: 3 }],
  ['/w/shop/src/cart.ts:4', { path: 'src/cart.ts', line: 4 }],
  ['README.md', { path: 'README.md', line: null }],
  ['app/[id]/page.tsx', { path: 'app/[id]/page.tsx', line: null }],
  ['/etc/passwd.txt', null],
  ['../other/x.ts', null],
  ['cart.total', null],
  ['npm test', null],
  ['and/or', null],
  ['https://example.com/a.ts', null],
])('%s names %j', (text, place) => {
  expect(filePlace(text, '/w/shop')).toEqual(place);
});
