import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench[Symbol.asyncDispose]());

it('prompt starts a server in the background, once, and it outlives the command', async () => {
  const prompts = [1, 2].map((n) => bench.run(['prompt', '--agent', 'demo', '/echo', `hello ${n}`]));
  const results = await Promise.all(prompts);
  expect(results.map((result) => result.code)).toEqual([0, 0]);
  expect(results.map((result) => result.stdout.trim())).toEqual(['hello 1', 'hello 2']);
  expect(results.some((result) => result.stderr.includes('started a server in the background'))).toBe(true);
  const pid = bench.serverPid();
  expect(pid).not.toBeNull();
  const third = await bench.run(['prompt', '--in-place', '--agent', 'demo', '/echo', 'again']);
  expect(third.stderr).not.toContain('started a server');
  expect(bench.serverPid()).toBe(pid);
  expect((await bench.run(['stop'])).code).toBe(0);
  expect(bench.serverPid()).toBeNull();
});

it('prompt --no-start and every other command need a server', async () => {
  for (const args of [['prompt', '--no-start', 'x'], ['chat', 'list'], ['open'], ['agents', 'list']]) {
    const { code, stderr } = await bench.run(args);
    expect(code).toBe(3);
    expect(stderr).toContain('pilotlight serve');
  }
  const far = await bench.run(['agents', '--url', 'http://127.0.0.1:9']);
  expect(far.code).toBe(3);
  expect(far.stderr).toContain('http://127.0.0.1:9');
});

it('prompt follows its turn over the death of the server, and misses nothing of it', async () => {
  const gate = join(bench.root, 'gate');
  const { serve, url } = await bench.serve();
  const running = bench.spawn(['prompt', '--agent', 'demo', '/hold', gate]);
  await running.until('stdout', /holding/);
  serve.child.kill('SIGKILL');
  await serve.result;
  await bench.serve(['--port', new URL(url).port]);
  writeFileSync(gate, '');
  const { code, stdout } = await running.result;
  expect(code).toBe(0);
  expect(stdout.trim()).toBe('holding released');
});

it('prompt follows an interrupted turn into what goes on with it by itself, once that is wanted', async () => {
  const env = { PILOTLIGHT_KEEPER: 'off', PILOTLIGHT_DEMO_PACE_MS: '0' };
  const { serve, url } = await bench.serve([], { env });
  const said = await bench.run(['settings']);
  expect(said.stdout).toMatch(/^continue-interrupted +off +an interrupted turn goes on by itself, once$/m);
  expect((await bench.run(['settings', 'continue-interrupted', 'maybe'])).code).toBe(2);
  const on = await bench.run(['settings', 'continue-interrupted', 'on', '--json']);
  expect(JSON.parse(on.stdout)).toMatchObject({ continueInterrupted: true });

  const running = bench.spawn(['prompt', '--agent', 'demo', '--permission', 'allow', '/wait']);
  await running.until('stdout', /waiting/);
  serve.child.kill('SIGTERM');
  await serve.result;
  await bench.serve(['--port', new URL(url).port], { env });
  const { code, stderr, stdout } = await running.result;
  expect(code).toBe(0);
  expect(stderr).toContain('going on by itself after an interruption');
  expect(stderr).toContain('by itself after an interruption · chat');
  expect(stdout.length).toBeGreaterThan('waiting'.length + 20);
});

it('upgrade puts a server in the place of the one that runs, and no turn ends for it', async () => {
  const gate = join(bench.root, 'gate');
  const { serve, url } = await bench.serve();
  const before = bench.serverPid();
  const running = bench.spawn(['prompt', '--agent', 'demo', '/hold', gate]);
  await running.until('stdout', /holding/);
  const upgrade = await bench.run(['upgrade']);
  expect(upgrade).toMatchObject({ code: 0, stderr: '' });
  expect(upgrade.stdout).toContain(`${url} is version`);
  expect(upgrade.stdout).toContain('1 agent went on meanwhile');
  await serve.result;
  expect(bench.serverPid()).not.toBe(before);
  writeFileSync(gate, '');
  expect((await running.result).stdout.trim()).toBe('holding released');
});

it('stop lets a running turn go on for the next server, stop --all ends it', async () => {
  const { serve, url } = await bench.serve();
  const running = bench.spawn(['prompt', '--agent', 'demo', '/wait']);
  await running.until('stdout', /waiting/);
  const stop = await bench.run(['stop']);
  expect(stop.stdout).toContain('1 agent goes on');
  await serve.result;
  await bench.serve(['--port', new URL(url).port]);
  const [process] = JSON.parse((await bench.run(['ps', '--json'])).stdout) as {
    state: string;
    pid: number;
  }[];
  expect(process).toMatchObject({ state: 'busy' });
  expect((await bench.run(['stop', '--all'])).stdout).toContain('and every agent');
  expect(isAlive(process?.pid ?? 0)).toBe(false);
  running.child.kill('SIGKILL');
  expect((await bench.run(['stop', '--all'])).stdout).toContain('nothing ran');
});

it('without a keeper, stop does not say that anything goes on', async () => {
  const { serve } = await bench.serve([], { env: { PILOTLIGHT_KEEPER: 'off' } });
  const running = bench.spawn(['prompt', '--agent', 'demo', '/wait']);
  await running.until('stdout', /waiting/);
  const stop = await bench.run(['stop']);
  expect(stop.code).toBe(0);
  expect(stop.stdout).not.toContain('on with what it was asked');
  await serve.result;
  running.child.kill('SIGKILL');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('doctor says what to do about each thing', async () => {
  const before = await bench.run(['doctor', '--json']);
  const states = (text: string): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(text) as { what: string; state: string }[]).map((each) => [each.what, each.state]),
    );
  expect(states(before.stdout)).toMatchObject({ git: 'ok', server: 'warn', store: 'ok', port: 'ok' });
  await bench.serve();
  const after = await bench.run(['doctor']);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(/✓ ok +server +http/);
  expect(after.stdout).toMatch(/agents .*demo/);
});

it('a broken agents.json is named where agents are shown, and the built-in ones go on', async () => {
  await bench.serve();
  writeFileSync(join(bench.data, 'agents.json'), '{');
  const broken = await bench.run(['doctor']);
  expect(broken.code).toBe(5);
  expect(broken.stdout).toMatch(/agents .*demo[\s\S]*✗ fail agents\.json +.*agents\.json is not JSON/);
  const listed = await bench.run(['agents']);
  expect(listed.code).toBe(0);
  expect(listed.stderr).toMatch(/^✗ .*agents\.json is not JSON/);
  expect(listed.stdout).toContain('demo');
  const mine = await bench.run(['prompt', '--agent', 'mine', 'hi']);
  expect(mine.code).toBe(2);
  expect(mine.stderr).toMatch(/"mine" is not built in.*agents\.json is not JSON/);
});

it('what keeps a server from starting is said by doctor, and by the prompt that would start one', async () => {
  mkdirSync(bench.data, { mode: 0o700 });
  const database = join(bench.data, 'pilotlight.db');
  writeFileSync(database, 'no database '.repeat(20));
  writeFileSync(join(bench.data, 'agents.json'), '{"agents":[{"id":"mine"}]}');
  const doctor = await bench.run(['doctor']);
  expect(doctor.code).toBe(5);
  expect(doctor.stdout).toMatch(/✗ fail store +The database .*pilotlight\.db is damaged/);
  expect(doctor.stdout).toMatch(/✗ fail agents\.json .*agents "mine", field command/);
  const { code, stderr } = await bench.run(['prompt', 'hi']);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^✗ the server did not start: The database .*pilotlight\.db is damaged .*server\.log$/m,
  );
});

it('is not fooled by a program that answers at the address of a dead server', async () => {
  const stranger = createServer((_, response) => response.writeHead(200).end('<html>'));
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  mkdirSync(bench.data);
  writeFileSync(join(bench.data, 'token'), 'x'.repeat(43));
  // This process lives, so only what answers there can tell that it is no server.
  writeFileSync(join(bench.data, 'server.json'), JSON.stringify({ pid: process.pid, url }));
  const { code } = await bench.run(['chat', 'list']);
  writeFileSync(join(bench.data, 'server.json'), '{}');
  stranger.close();
  expect(code).toBe(3);
});
