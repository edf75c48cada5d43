import { expect, test } from 'vitest';
import { parsePullRequest } from './pull-request.ts';

test.each([
  ['#12', { number: 12, repository: null }],
  ['!7', { number: 7, repository: null }],
  ['https://github.com/Own/Repo/pull/12', { number: 12, repository: 'github.com/own/repo' }],
  ['https://github.com/o/r/pull/12/files?w=1#x', { number: 12, repository: 'github.com/o/r' }],
  ['https://git.example:8443/a/b/c/-/merge_requests/3', { number: 3, repository: 'git.example:8443/a/b/c' }],
  ['https://codeberg.org/o/r/pulls/4', { number: 4, repository: 'codeberg.org/o/r' }],
  ['main', null],
  ['#', null],
  ['#12abc', null],
  ['feature/#12', null],
  ['https://github.com/o/r/issues/12', null],
  ['https://github.com/pull/12', null],
])('%s', (text, expected) => {
  expect(parsePullRequest(text)).toEqual(expected);
});
