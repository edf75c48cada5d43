/** What is resident, kept warm and let go, from the command line. */
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
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

it('ps shows why each agent is resident, keep and release change it', { timeout: 60_000 }, async () => {
  expect(await run('ps')).toBe('nothing is resident\n');
  await bench.run(['prompt', '--agent', 'demo', '--in-place', '/echo hello']);
  const [row] = JSON.parse(await run('ps', '--json'));
  expect(row).toMatchObject({ agent: 'demo', state: 'ready', why: 'Kept warm', pinned: false });
  expect(row.memoryBytes).toBeGreaterThan(1_000_000);
  expect(row.cpuMs).toBeGreaterThan(0);
  const { chatId } = row;
  expect(await run('ps')).toMatch(
    new RegExp(
      `^STATE +AGENT +CHAT +PID +MEMORY +CPU +LAST USE +WHY\nready +demo +${chatId} +\\d+ +\\d+ MB +[\\d.]+ s +[\\d.]+ s ago +Kept warm\n$`,
    ),
  );

  expect(await run('keep', chatId)).toBe('✓ demo is kept warm\n');
  expect(await run('ps')).toContain('Kept warm, as you asked');
  expect(await run('keep', chatId, 'demo', '--off')).toBe('✓ demo may be released\n');
  expect((await bench.run(['keep', chatId, 'opencode'])).code).toBe(5);

  expect(await run('release', chatId)).toBe('✓ released demo\n');
  expect(await run('release', chatId)).toBe('nothing was resident\n');
  expect(await run('ps')).toBe('nothing is resident\n');
  expect(await run('ps', '--all')).toMatch(/cold +demo +cht_\S+ +- +- +- +[\d.]+ s ago +Released on request/);
});
