import { LocalProcesses, Ledger } from '@pilotlight/keeper';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClientTerminals } from './client-terminals.ts';
import type { RawObject } from './raw-values.ts';
import { Bench, demoSpec, quickKill } from './test-bench.ts';

let root: string;
let processes: LocalProcesses;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-terminals-')));
  processes = new LocalProcesses(new Ledger(join(root, 'ledger')), quickKill);
});

afterEach(async () => {
  await processes.dispose();
  rmSync(root, { recursive: true, force: true });
});

test('a command sees the ports of its worktree as they are now, and what the agent says goes before', async () => {
  await using bench = new Bench(demoSpec());
  const agent = await bench.table.resolve('demo');
  let port = '21000';
  const terminals = new ClientTerminals({
    agent: { ...agent, processEnv: { ...agent.processEnv, OWN: 'own' } },
    processes,
    root,
    env: async () => ({ PILOTLIGHT_PORT_WEB: port }),
    tag: 'test',
    takeLeft: () => null,
    onChange: () => {},
  });
  let asked = 0;
  const ask = async (method: string, params: RawObject): Promise<RawObject> =>
    (await terminals.request(`terminal/${method}`, params, {
      id: String(++asked),
      isAnswered: false,
    })) as RawObject;
  const run = async (env: { name: string; value: string }[] = []): Promise<RawObject> => {
    const created = await ask('create', { command: 'echo "$OWN $PILOTLIGHT_PORT_WEB"', env });
    await ask('wait_for_exit', created);
    return ask('output', created);
  };
  expect(await run()).toMatchObject({ output: 'own 21000\n' });
  port = '21001';
  expect(await run()).toMatchObject({ output: 'own 21001\n' });
  expect(await run([{ name: 'PILOTLIGHT_PORT_WEB', value: '80' }])).toMatchObject({ output: 'own 80\n' });
  await terminals.releaseAll();
});
