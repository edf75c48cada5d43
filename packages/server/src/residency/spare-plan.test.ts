import { expect, test } from 'vitest';
import { AgentSpec } from '../backends/agent-spec.ts';
import { planSpares } from './spare-plan.ts';

const DAY = 24 * 60 * 60_000;
const agent = (id: string, flags: Partial<Pick<AgentSpec, 'startsInFolder' | 'opensAhead'>> = {}) =>
  AgentSpec.parse({ id, name: id, command: id, ...flags });
const used = (path: string, inPlace = true) => ({ projectId: path, path, inPlace });
const at = (folder: string, opens = false) => ({ folder, opens });

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
    },
    spares: 2,
    folder: '/anywhere',
    isPressed: () => isPressed,
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

test('an agent that opens sessions slowly waits with one open where chats work in the folder itself', () => {
  const places = [used('/a'), used('/b', false), used('/b'), used('/c', false)];
  const planned = (of: typeof places, flags: Partial<AgentSpec>) =>
    planSpares({
      history: { agentsUsedSince: () => [], placesUsed: () => of, projectFolder: () => null },
      spares: 1,
      folder: '/anywhere',
      isPressed: () => false,
      onReady: () => {},
      now: () => DAY,
    }).places(agent('slow', flags));
  expect(planned(places, { opensAhead: true })).toEqual([at('/a', true), at('/b', true), at('/anywhere')]);
  expect(planned([used('/a')], { opensAhead: true })).toEqual([at('/a', true)]);
  expect(planned([], { opensAhead: true })).toEqual([]);
  expect(planned(places, { opensAhead: true, startsInFolder: true })).toEqual([
    at('/a', true),
    at('/b', true),
    at('/c'),
  ]);
});
