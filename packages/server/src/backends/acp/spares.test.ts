import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AgentSpec } from '../agent-spec.ts';
import { Bench, demoSpec } from './test-bench.ts';

/** A bench with a plan that the test writes: agent id → folders in which one spare each waits. */
function bench(more: Record<string, unknown> = {}) {
  const wanted: Record<string, string[]> = {};
  const ready = { count: 0 };
  const made = new Bench(
    {
      spares: {
        folders: ({ id }: AgentSpec) => [...(wanted[id] ?? [])],
        projectFolder: (projectId) => join(made.folder, projectId),
        onReady: () => {
          ready.count += 1;
        },
      },
    },
    demoSpec(more),
  );
  for (const project of ['p1', 'p2']) mkdirSync(join(made.folder, project));
  return Object.assign(made, { wanted, ready });
}

async function spares(of: Bench): Promise<number[]> {
  const all = await of.backend.inspect();
  return all.filter(({ chatIds }) => chatIds.length === 0).map(({ pid }) => pid);
}

test('a session takes the process that waits, and another takes its place', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  expect(b.ready.count).toBe(1);
  expect(await b.backend.inspect()).toMatchObject([
    { agent: 'demo', state: 'ready', why: 'Spare: started ahead for the next session', chatIds: [] },
  ]);
  const [pid] = await spares(b);
  const { log, result } = await b.turn('c1', '/run pwd');
  expect(result).toMatchObject({ ok: true });
  // The session works in its own folder, wherever its process was started.
  expect(JSON.stringify(log.events)).toContain(b.worktree());
  expect(b.children).toHaveLength(1);
  expect(await b.backend.inspect()).toMatchObject([{ pid, chatIds: ['c1'] }]);
  await b.backend.tendSpares();
  expect(b.children).toHaveLength(2);
  expect(await spares(b)).toHaveLength(1);
});

test('the place is filled again by itself, after the take', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  await b.ensure('c1');
  await expect.poll(() => spares(b), { timeout: 15_000 }).toHaveLength(1);
});

test('where the folder matters, a spare serves only its own project', async () => {
  await using b = bench({ startsInFolder: true });
  b.wanted['demo'] = [join(b.folder, 'p1')];
  await b.backend.tendSpares();
  const [pid] = await spares(b);
  await b.ensure('c2', 'demo', { projectId: 'p2', sessionId: 's2' });
  expect(await spares(b)).toEqual([pid]);
  await b.ensure('c1', 'demo', { projectId: 'p1' });
  expect(await spares(b)).toEqual([]);
  expect((await b.backend.inspect()).find(({ chatIds }) => chatIds.includes('c1'))?.pid).toBe(pid);
});

test('one that is not wanted any more, died, or was started by an older definition is not given out', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  b.addAgent(demoSpec({ env: { NEW: '1' } }));
  await b.ensure('c1');
  expect(b.children).toHaveLength(2);
  await b.backend.tendSpares();
  expect(b.children).toHaveLength(3);
  expect(await spares(b)).toEqual([b.children[2]?.pid]);
  process.kill(b.children[2]?.pid ?? -1, 'SIGKILL');
  await b.children[2]?.exited;
  // None is to take its place meanwhile.
  b.wanted['demo'] = [];
  await b.ensure('c2', 'demo', { sessionId: 's2' });
  expect(b.survivors()).toHaveLength(2);
  await b.backend.tendSpares();
  expect(await spares(b)).toEqual([]);
});

test('endUnused ends a spare and nothing that serves a session', async () => {
  await using b = bench();
  await b.ensure('c1');
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  const [busy, spare] = b.children;
  await b.backend.endUnused(busy?.pid ?? 0);
  await b.backend.endUnused(spare?.pid ?? 0);
  expect(b.survivors()).toEqual([busy?.pid]);
});
