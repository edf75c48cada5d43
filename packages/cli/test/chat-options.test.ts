/** Options of a chat's agent, from the command line. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

it('shows what is in force, and what was chosen for the next prompt', { timeout: 60_000 }, async () => {
  await bench.run(['prompt', '--agent', 'demo', '--in-place', '/echo hello']);
  const [chat] = JSON.parse((await bench.run(['chat', 'list', '--json'])).stdout);
  const options = async (...args: string[]) =>
    (await bench.run(['chat', 'options', chat.id, ...args])).stdout;
  expect(await options('model')).toBe('model  demo-fast    demo-fast, demo-careful\n');
  expect(await options('model', 'demo-careful')).toBe(
    'model  demo-fast  → demo-careful  demo-fast, demo-careful\n',
  );
  await bench.run(['prompt', '--chat', chat.id, '/echo on']);
  const [, model] = JSON.parse(await options('--json'));
  expect(model).toMatchObject({ id: 'model', inForce: 'demo-careful', chosen: null });
  expect((await bench.run(['chat', 'options', chat.id, 'colour'])).stderr).toContain(
    'has no option "colour"',
  );
});
