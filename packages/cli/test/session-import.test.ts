/** Conversations that an agent has by itself, from the command line. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

it('lists them, and goes on with one', { timeout: 60_000 }, async () => {
  expect(await run('session', 'import', 'demo')).toBe('demo has no conversation of this folder\n');
  await bench.run(['prompt', '--agent', 'demo', '--in-place', '/echo said before']);
  const [session] = JSON.parse(await run('session', 'list', '--json'));
  await run('session', 'remove', session.id);
  const { found } = JSON.parse(await run('session', 'import', 'demo', '--json'));
  expect(found).toMatchObject([{ agentSessionId: expect.stringMatching(/^demo_/), chatId: null }]);
  const id = found[0].agentSessionId;
  const made = await run('session', 'import', 'demo', id, '--title', 'brought in');
  const [, chatId = ''] = /^ses_\S+ +(cht_\S+) +demo\n$/.exec(made) ?? [];
  expect(await run('chat', 'show', chatId)).toContain('said before');
  expect((await bench.run(['session', 'import', 'demo', id])).stderr).toContain(
    'goes on with this conversation',
  );
});
