import { expect, test } from 'vitest';
import { AgentSpec } from '../backends/agent-spec.ts';
import { planSpares } from './spare-plan.ts';

const DAY = 24 * 60 * 60_000;
const agent = (id: string, startsInFolder = false) =>
  AgentSpec.parse({ id, name: id, command: id, startsInFolder });

test('agents used in the last day wait, in the folder of each project where that matters', () => {
  let isPressed = false;
  const asked: number[] = [];
  const plan = planSpares({
    history: {
      agentsUsedSince: (since) => {
        asked.push(since);
        return ['used'];
      },
      projectFolders: (id) => (id === 'placed' ? ['/a', '/b', '/c', '/d'] : []),
      projectFolder: (id) => `/${id}`,
    },
    spares: 2,
    folder: '/anywhere',
    isPressed: () => isPressed,
    onReady: () => {},
    now: () => DAY + 5,
  });
  expect(plan.folders(agent('used'))).toEqual(['/anywhere', '/anywhere']);
  expect(asked).toEqual([5]);
  expect(plan.folders(agent('unused'))).toEqual([]);
  expect(plan.folders(agent('placed', true))).toEqual(['/a', '/a', '/b', '/b', '/c', '/c']);
  isPressed = true;
  expect(plan.folders(agent('used'))).toEqual([]);
});
