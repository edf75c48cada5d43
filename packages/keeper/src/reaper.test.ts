import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { currentBootId, identify, type ProcessIdentity } from './process-identity.ts';
import { readAllStats, readStat } from './proc-stat.ts';
import { reapLeftovers } from './reaper.ts';

let folder: string;
let ledger: Ledger;
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-reaper-'));
  ledger = new Ledger(folder);
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

const deadServer: ProcessIdentity = { pid: 999_999_999, startTime: '1', bootId: 'earlier' };

function entryFor(identity: ProcessIdentity, server = deadServer): LedgerEntry {
  const { pid } = identity;
  return { id: randomUUID(), ...identity, group: pid, owner: 'Test', command: ['x'], startedAt: 1, server };
}

/** A process of our own that nobody but the test ends. */
async function stranger(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  await once(child.stdout, 'data');
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('it does not run');
  return identity;
}

/** A server that starts one child, says its pid and waits to be killed. */
async function serverWith(script: string): Promise<{ server: ChildProcess; pid: number }> {
  const url = (file: string): string => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));
  const program = `
    const { Ledger } = await import(${url('./ledger.ts')});
    const { LocalProcesses } = await import(${url('./local-processes.ts')});
    const processes = new LocalProcesses(new Ledger(${JSON.stringify(folder)}));
    const args = ['-e', ${JSON.stringify(script)}];
    const env = { PATH: process.env.PATH };
    const child = await processes.spawn({ owner: 'Test', command: process.execPath, args, cwd: ${JSON.stringify(folder)}, env });
    for await (const chunk of child.stdout) process.stdout.write(child.pid + ' ' + chunk);
  `;
  const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
  const server = spawn(process.execPath, ['--input-type=module', '-e', program], options);
  started.push(server);
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return { server, pid: Number.parseInt(line.toString(), 10) };
}

async function kill(server: ChildProcess): Promise<void> {
  server.kill('SIGKILL');
  await once(server, 'exit');
}

function alive(group: number): number[] {
  return readAllStats()
    .filter((stat) => stat.group === group && stat.state !== 'Z')
    .map((stat) => stat.pid);
}

const deafToEnd = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6);';
const withGrandchild = `const c = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });`;

test('a child of a dead server is ended with its whole group', async () => {
  const { server, pid } = await serverWith(withGrandchild + deafToEnd);
  expect(await reapLeftovers(ledger, 100)).toEqual({ ended: [], leftBehind: [], stale: 0 });
  expect(alive(pid)).toHaveLength(2);
  await kill(server);
  const report = await reapLeftovers(ledger, 100);
  expect(report.ended.map((entry) => entry.pid)).toEqual([pid]);
  await expect.poll(() => alive(pid)).toEqual([]);
  expect(ledger.entries()).toEqual([]);
});

test('of a child that died after its server, what it left behind is killed', async () => {
  const { server, pid } = await serverWith(withGrandchild + deafToEnd);
  await kill(server);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => readStat(pid)?.state ?? 'gone').toMatch(/gone|Z/);
  expect(alive(pid)).toHaveLength(1);
  const report = await reapLeftovers(ledger, 100);
  expect(report.leftBehind.map((entry) => entry.pid)).toEqual([pid]);
  await expect.poll(() => alive(pid)).toEqual([]);
});

test('a stranger with a recycled pid is never signalled', async () => {
  const one = await stranger();
  ledger.add(entryFor({ ...one, startTime: '12345' }));
  ledger.add(entryFor({ ...one, bootId: 'another boot' }));
  expect(await reapLeftovers(ledger, 100)).toMatchObject({ ended: [], leftBehind: [], stale: 2 });
  expect(identify(one.pid)).toEqual(one);
  expect(ledger.entries()).toEqual([]);
});

test('unmarked members of a group whose leader is gone are left alone', async () => {
  const script = `${withGrandchild} console.log(c.pid); c.unref(); setInterval(() => {}, 1e6);`;
  const leader = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(leader);
  const [line] = (await once(leader.stdout, 'data')) as [Buffer];
  const member = Number(line.toString());
  const identity = identify(leader.pid ?? 0);
  leader.kill('SIGKILL');
  await once(leader, 'exit');
  try {
    ledger.add(entryFor(identity ?? deadServer));
    expect(await reapLeftovers(ledger, 100)).toMatchObject({ leftBehind: [], stale: 1 });
    expect(identify(member)).not.toBeNull();
  } finally {
    process.kill(member, 'SIGKILL');
  }
});

test('children of a server that lives are left alone', async () => {
  const one = await stranger();
  const self = identify(process.pid);
  ledger.add(entryFor(one, self ?? deadServer));
  expect(await reapLeftovers(ledger, 100)).toEqual({ ended: [], leftBehind: [], stale: 0 });
  expect(identify(one.pid)).toEqual(one);
  expect(ledger.entries()).toHaveLength(1);
});

test('an empty ledger and broken files are harmless', async () => {
  expect(await reapLeftovers(ledger)).toEqual({ ended: [], leftBehind: [], stale: 0 });
  const valid = entryFor({ pid: process.pid, startTime: '1', bootId: currentBootId() });
  writeFileSync(join(folder, 'half.json'), '{"id": "');
  writeFileSync(join(folder, 'empty.json'), '');
  writeFileSync(join(folder, 'zero.json'), JSON.stringify({ ...valid, pid: 0, group: -1 }));
  const broken: object[] = [
    { pid: -1 },
    { group: 0 },
    { group: -process.pid },
    { group: '1' },
    { startTime: '' },
    { bootId: 5 },
    { command: [1] },
    { server: undefined },
    { server: { ...valid.server, pid: 1.5 } },
  ];
  for (const fields of broken) {
    const entry = { ...valid, ...fields, id: randomUUID() };
    writeFileSync(join(folder, `${entry.id}.json`), JSON.stringify(entry));
  }
  expect(ledger.entries()).toEqual([]);
  writeFileSync(join(folder, 'other-name.json'), JSON.stringify(valid));
  writeFileSync(join(folder, `${valid.id}.json.new`), '{}');
  expect(await reapLeftovers(ledger)).toEqual({ ended: [], leftBehind: [], stale: 0 });
  expect(readdirSync(folder)).toEqual([]);
});
