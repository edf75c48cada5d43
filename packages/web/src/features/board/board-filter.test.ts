import { describe, expect, it } from 'vitest';
import { row } from '../frame/rows-fixture.ts';
import { boardGroups, filterRows } from './board-filter.ts';

const rows = [
  row('checkout bug', 'question'),
  row('refactor auth', 'running', { projectId: 'api' }),
  row('checkout tests', 'idle', { projectId: 'api' }),
];
const ids = (list: typeof rows) => list.map(({ session }) => session.id);

describe('filterRows', () => {
  it('takes rows in which every word occurs, whatever its case', () => {
    expect(ids(filterRows(rows, { text: ' CHECKOUT  api', projectId: null }))).toEqual(['checkout tests']);
  });

  it('takes rows of one project', () => {
    expect(ids(filterRows(rows, { text: '', projectId: 'api' }))).toEqual([
      'refactor auth',
      'checkout tests',
    ]);
  });

  it('takes all when it is empty', () => {
    expect(filterRows(rows, { text: '  ', projectId: null })).toHaveLength(3);
  });
});

describe('boardGroups', () => {
  it('puts what needs the user first and leaves out what is empty', () => {
    const groups = boardGroups([...rows, row('old', 'idle')].filter(({ mark }) => mark !== 'running'));
    expect(groups.map(({ standing }) => standing)).toEqual(['needs_you', 'idle']);
    expect(ids(groups[1]?.rows ?? [])).toEqual(['checkout tests', 'old']);
  });
});
