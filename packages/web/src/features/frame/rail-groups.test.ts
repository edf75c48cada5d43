import { describe, expect, it } from 'vitest';
import { railGroups, SHOWN, shownRows } from './rail-groups.ts';
import { aProject, row } from './rows-fixture.ts';

describe('railGroups', () => {
  it('orders projects by name and keeps the order of their rows', () => {
    const rows = [row('a', 'question'), row('b', 'idle', { projectId: 'api' }), row('c', 'idle')];
    const groups = railGroups([aProject('shop'), aProject('api'), aProject('web')], rows);
    expect(groups.map(({ project }) => project.name)).toEqual(['api', 'shop', 'web']);
    expect(groups.map((group) => group.rows.map(({ session }) => session.id))).toEqual([
      ['b'],
      ['a', 'c'],
      [],
    ]);
    expect(groups.map(({ needing }) => needing)).toEqual([0, 1, 0]);
  });
});

describe('shownRows', () => {
  const idle = Array.from({ length: 20 }, (_, at) => row(`i${at}`, 'idle'));

  it('folds what is idle and old', () => {
    expect(shownRows(idle, null)).toHaveLength(SHOWN);
  });

  it('never folds what needs the user, runs, or is shown', () => {
    const rows = [...Array.from({ length: 12 }, (_, at) => row(`q${at}`, 'running')), ...idle];
    expect(shownRows(rows, 'i19').map(({ session }) => session.id)).toEqual([
      ...rows.slice(0, 12).map(({ session }) => session.id),
      'i19',
    ]);
  });
});
