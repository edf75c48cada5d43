/** The scripts of a session's `.pilotlight.json`, from the command line. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

it('shows them, asks first, runs them and prints what they wrote', { timeout: 60_000 }, async () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: bench.repository });
  const setup = `echo hello from setup; : ${'x'.repeat(200)} to its end`;
  const config = { setup, run: { dev: 'tail -f /dev/null' }, ports: ['web'] };
  writeFileSync(join(bench.repository, '.pilotlight.json'), JSON.stringify(config));
  git('add', '-A');
  git('commit', '-qm', 'first');
  await bench.run(['prompt', '--agent', 'demo', '/echo hi']);
  const [{ id }] = JSON.parse((await bench.run(['session', 'list', '--json'])).stdout);

  const shown = (await bench.run(['session', 'scripts', id])).stdout;
  // All of it: nobody allows what was cut off.
  expect(shown).toContain(setup);
  expect(shown).toMatch(/PILOTLIGHT_PORT_WEB +\d+/);
  expect(shown).toContain('not allowed to run');
  const refused = await bench.run(['session', 'run', id, 'dev']);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain('--allow');

  const allowed = await bench.run(['session', 'scripts', id, '--allow']);
  expect(allowed.stdout).not.toContain('not allowed');
  expect((await bench.run(['session', 'run', id, 'dev'])).stdout).toContain('"dev" runs');
  expect((await bench.run(['session', 'scripts', id])).stdout).toMatch(/dev +running/);
  expect((await bench.run(['session', 'stop', id, 'dev'])).code).toBe(0);
  expect((await bench.run(['session', 'scripts', id])).stdout).toMatch(/dev +stopped/);
  expect((await bench.run(['session', 'scripts', id, '--output', 'setup'])).stdout).toContain(
    'hello from setup',
  );
});
