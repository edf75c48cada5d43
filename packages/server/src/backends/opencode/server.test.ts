import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, LocalProcesses } from '@pilotlight/keeper';
import { AgentSpec } from '../agent-spec.ts';
import { fixedTable } from '../../../test/opencode/real-harness.ts';
import { RestartPolicy } from '../restart-policy.ts';
import { OpenCodeServer } from './server.ts';

let folder: string;
let processes: LocalProcesses;
const ended: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-server-'));
  processes = new LocalProcesses(new Ledger(join(folder, 'ledger')));
  ended.length = 0;
});

afterEach(async () => {
  await processes.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** The server with a program of ours in the place of opencode. `port`: the port it is told. */
function serverOf(script: string, initialize = 10_000, env: Record<string, string> = {}): OpenCodeServer {
  const command = join(folder, 'opencode');
  const port = `const port = Number(process.argv.find((arg) => arg.startsWith('--port=')).slice(7));`;
  writeFileSync(command, `#!${process.execPath}\nconst fs = require('node:fs');\n${port}\n${script}\n`);
  chmodSync(command, 0o755);
  const spec = AgentSpec.parse({
    id: 'opencode',
    name: 'opencode',
    command,
    args: ['serve'],
    deadlines: { initialize },
    install: { package: 'opencode-ai', version: '1.18.33', bin: 'x' },
    hint: 'Get it.',
  });
  const agents = fixedTable({ ...spec, processEnv: { PATH: process.env['PATH'] ?? '', ...env } });
  const stateFolder = join(folder, 'state');
  return new OpenCodeServer({
    agents,
    agentId: 'opencode',
    processes,
    stateFolder,
    onEnded: (why) => ended.push(why),
  });
}

/** A server that answers what a start asks. */
function good(version: string): string {
  return `
fs.appendFileSync(${JSON.stringify(join(folder, 'starts'))}, JSON.stringify({ pid: process.pid, env: process.env }) + '\\n');
require('node:http').createServer((request, response) => {
  if (request.url === '/global/event') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"payload":{"type":"server.connected","properties":{}}}\\n\\n');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ healthy: true, version: ${JSON.stringify(version)} }));
  if (request.url === '/die') process.exit(7);
}).listen(port, '127.0.0.1', () => console.log('opencode server listening on http://127.0.0.1:' + port));`;
}

function starts(): { pid: number; env: Record<string, string> }[] {
  const lines = readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { pid: number; env: Record<string, string> });
}

describe('a start', () => {
  test('is shared by everybody who asks, and ends without a rest', async () => {
    const server = serverOf(good('1.18.33'), 10_000, {
      OPENCODE_EMPTY: '',
      OPENCODE_SERVER_USERNAME: 'x',
      HOME: '/h',
    });
    expect(server.health).toBe('up');
    const [one, two] = await Promise.all([server.ensure(), server.ensure()]);
    expect(one).toBe(two);
    expect(starts()).toHaveLength(1);
    expect(starts()[0]?.env).toMatchObject({ HOME: '/h', OPENCODE_SERVER_PASSWORD: one.password });
    expect(starts()[0]?.env).not.toHaveProperty('OPENCODE_EMPTY');
    expect(starts()[0]?.env).not.toHaveProperty('OPENCODE_SERVER_USERNAME');
    await server.stop();
    expect(existsSync(join(folder, 'state', 'server.json'))).toBe(false);
    expect(readdirSync(join(folder, 'ledger'))).toEqual([]);
  });

  test('takes another port when somebody else was faster', async () => {
    const once = `
if (!fs.existsSync(${JSON.stringify(join(folder, 'tried'))})) {
  fs.writeFileSync(${JSON.stringify(join(folder, 'tried'))}, '');
  console.error('Error: Unexpected error\\n\\nServeError');
  process.exit(1);
}`;
    const server = serverOf(once + good('1.19.0'));
    expect((await server.ensure()).version).toBe('1.19.0');
    await server.stop();
  });

  test.each([
    [
      'says so by its first line',
      `console.log('server listening on http://127.0.0.1:' + port); setInterval(() => {}, 1000);`,
      /1\.18\.33.*version 2/,
    ],
    ['says so by its health', `${'GOOD'}`, /version 2\.0\.23/],
  ])('of version 2, which %s, is refused', async (_case, script, said) => {
    const server = serverOf(script === 'GOOD' ? good('2.0.23') : script);
    await expect(server.ensure()).rejects.toMatchObject({
      code: 'agent_unsupported',
      message: expect.stringMatching(said),
    });
    expect(server.health).toBe('down');
    expect(readdirSync(join(folder, 'ledger'))).toEqual([]);
    await server.stop();
  });

  test('that stays silent runs into its deadline', async () => {
    const server = serverOf(`console.error('thinking'); setInterval(() => {}, 1000);`, 700);
    await expect(server.ensure()).rejects.toMatchObject({
      code: 'agent_timeout',
      message: expect.stringContaining('thinking'),
    });
    expect(readdirSync(join(folder, 'ledger'))).toEqual([]);
    await server.stop();
  });

  test('is given up when the backend stops', async () => {
    const server = serverOf(
      `fs.writeFileSync(${JSON.stringify(join(folder, 'up'))}, ''); setInterval(() => {}, 1000);`,
    );
    const start = server.ensure();
    await expect.poll(() => existsSync(join(folder, 'up'))).toBe(true);
    await Promise.all([server.stop(), expect(start).rejects.toMatchObject({ code: 'agent_failed' })]);
    await expect(server.ensure()).rejects.toMatchObject({ code: 'server_stopping' });
  });

  test('that fails three times in a row is not tried for a while', async () => {
    const server = serverOf(`console.error('bad config'); process.exit(3);`);
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(server.ensure()).rejects.toMatchObject({
        code: 'agent_failed',
        message: expect.stringMatching(/exit 3.*bad config/),
      });
    await expect(server.ensure()).rejects.toMatchObject({ code: 'agent_unavailable' });
    await server.stop();
  });
});

/** Ends a life of the server from within, and waits until that is known. */
async function die(server: OpenCodeServer): Promise<void> {
  const { connection, child } = await server.ensure();
  await connection.http.post('/die').catch(() => {});
  await child.exited;
  await expect.poll(() => server.current).toBeNull();
}

test('a server that ends by itself is started by the next need, and is up meanwhile', async () => {
  const server = serverOf(good('1.18.33'));
  const first = await server.ensure();
  await die(server);
  expect(server.health).toBe('up');
  expect(ended).toEqual(['exit 7']);
  const second = await server.ensure();
  expect(second.child.pid).not.toBe(first.child.pid);
  await server.stop();
  expect(server.health).toBe('down');
});

test('a server that ends right after each start is down while the pause lasts', async () => {
  const server = serverOf(good('1.18.33'));
  for (let life = 0; life < 3; life += 1) {
    expect(server.health).toBe('up');
    await die(server);
  }
  expect(server.health).toBe('down');
  await expect(server.ensure()).rejects.toMatchObject({ code: 'agent_unavailable' });
  await server.stop();
});

test('what an earlier life left is ended before the next one starts', async () => {
  const earlier = serverOf(good('1.18.33'));
  const { child } = await earlier.ensure();
  // The life that follows knows it by the file alone.
  const next = serverOf(good('1.18.33'));
  await next.ensure();
  expect((await child.exited).signal).toBe('SIGTERM');
  expect(starts()).toHaveLength(2);
  await next.stop();
  await earlier.stop();
});

test('pauses between starts grow, and a long life ends them', () => {
  const policy = new RestartPolicy();
  expect(policy.next(0)).toEqual({ kind: 'start', ms: 0 });
  policy.ended(0, 0);
  expect(policy.next(0)).toEqual({ kind: 'start', ms: 250 });
  policy.ended(0, 500);
  expect(policy.next(0)).toEqual({ kind: 'start', ms: 1000 });
  policy.ended(0, 500);
  expect(policy.next(0)).toEqual({ kind: 'refuse', ms: 4000 });
  expect(policy.next(4000)).toEqual({ kind: 'start', ms: 0 });
  for (let more = 0; more < 10; more += 1) policy.ended(0, 0);
  expect(policy.next(0)).toEqual({ kind: 'refuse', ms: 60_000 });
  policy.ended(0, 20_000);
  expect(policy.next(0)).toEqual({ kind: 'start', ms: 0 });
});
