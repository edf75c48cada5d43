import { expect, test } from 'vitest';
import { AgentSpec } from '../backends/agent-spec.ts';
import { planSpares, projectsToReserve } from './spare-plan.ts';

const DAY = 24 * 60 * 60_000;
const agent = (id: string, flags: Partial<Pick<AgentSpec, 'startsInFolder' | 'opensAhead'>> = {}) =>
  AgentSpec.parse({ id, name: id, command: id, ...flags });
const used = (path: string, inPlace = true) => ({ projectId: path, path, inPlace });
const at = (folder: string, opensFor: string | null = null) => ({ folder, opensFor });

test('agents used in the last day wait, in the folder of each project where that matters', () => {
  let isPressed = false;
  const asked: number[] = [];
  const plan = planSpares({
    history: {
      agentsUsedSince: (since) => {
        asked.push(since);
        return ['used'];
      },
      placesUsed: (id) => (id === 'placed' ? ['/a', '/b', '/c', '/d'].map((path) => used(path)) : []),
      projectFolder: (id) => `/${id}`,
      reservedWorktrees: () => [],
    },
    spares: 2,
    folder: '/anywhere',
    isPressed: () => isPressed,
    prepare: async () => {},
    onTaken: () => {},
    onReady: () => {},
    now: () => DAY + 5,
  });
  expect(plan.places(agent('used'))).toEqual([at('/anywhere'), at('/anywhere')]);
  expect(asked).toEqual([5]);
  expect(plan.places(agent('unused'))).toEqual([]);
  expect(plan.places(agent('placed', { startsInFolder: true }))).toEqual(
    ['/a', '/a', '/b', '/b', '/c', '/c'].map((folder) => at(folder)),
  );
  isPressed = true;
  expect(plan.places(agent('used'))).toEqual([]);
});

test('an agent that opens sessions slowly waits with one open where the next chats will work', () => {
  const places = [used('/a'), used('/b', false), used('/b'), used('/c', false)];
  const planned = (of: typeof places, flags: Partial<AgentSpec>) =>
    planSpares({
      history: {
        agentsUsedSince: () => [],
        placesUsed: () => of,
        projectFolder: () => null,
        reservedWorktrees: (id) => (id === '/b' ? ['/b-reserved'] : []),
      },
      spares: 1,
      folder: '/anywhere',
      isPressed: () => false,
      prepare: async () => {},
      onTaken: () => {},
      onReady: () => {},
      now: () => DAY,
    }).places(agent('slow', flags));
  expect(planned(places, { opensAhead: true })).toEqual([
    at('/a', '/a'),
    at('/b-reserved', '/b'),
    at('/b', '/b'),
  ]);
  expect(planned([used('/c', false)], { opensAhead: true })).toEqual([at('/anywhere')]);
  expect(planned([], { opensAhead: true })).toEqual([]);
  expect(planned(places.slice(2), { opensAhead: true, startsInFolder: true })).toEqual([
    at('/b', '/b'),
    at('/c'),
  ]);
});

test('a worktree is to wait in the projects whose worktrees an agent was used in', () => {
  const placesUsed = (id: string) =>
    id === 'one'
      ? [used('/a'), used('/b', false), used('/c', false), used('/b', false)]
      : [used('/c', false), used('/d', false), used('/e', false)];
  expect(projectsToReserve({ placesUsed }, [agent('one'), agent('other')], DAY)).toEqual(['/b', '/c', '/d']);
  expect(projectsToReserve({ placesUsed }, [], DAY)).toEqual([]);
});
