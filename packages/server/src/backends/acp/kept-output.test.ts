/** How much of what an agent says is kept for a later server. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Bench, demoSpec } from './test-bench.ts';

test("a turn that says more than is kept lets go of its beginning, and its process is no later server's", async () => {
  await using bench = new Bench({ mostKept: 2000 }, demoSpec());
  const handle = await bench.ensure('c1');
  const files = join(bench.folder, 'state');
  expect(readdirSync(files)).toHaveLength(1);
  const [child] = bench.children;
  if (child === undefined) throw new Error('no process');
  const acknowledge = vi.spyOn(child, 'acknowledge');
  const log = bench.prompt(handle, '/hold gate');
  await log.said('holding');
  // While it fits, nothing of the turn is let go.
  const before = acknowledge.mock.calls.at(-1)?.[0] ?? 0;
  log.abort.abort();
  await log.result;
  bench.backend.turnWritten('c1', 'demo');
  expect(acknowledge.mock.calls.at(-1)?.[0]).toBeGreaterThan(before);
  expect(readdirSync(files)).toHaveLength(1);

  const begun = acknowledge.mock.calls.at(-1)?.[0] ?? 0;
  acknowledge.mockClear();
  const flood = bench.prompt(handle, '/flood 500 text');
  expect(await flood.result).toEqual({ ok: true });
  // Before anybody said that the turn is written down.
  expect(acknowledge.mock.calls.at(-1)?.[0]).toBeGreaterThan(begun + 2000);
  expect(existsSync(join(files, `${child.id}.json`))).toBe(false);
});

test('what cannot be written down is not acknowledged, and nothing else happens', async () => {
  const refused = Promise.withResolvers<void>();
  const written = vi.fn<() => Promise<void>>(() => {
    refused.resolve();
    return Promise.reject(new Error('the store is closed'));
  });
  await using bench = new Bench({ written }, demoSpec());
  await bench.ensure('c1');
  const [child] = bench.children;
  if (child === undefined) throw new Error('no process');
  const acknowledge = vi.spyOn(child, 'acknowledge');
  await refused.promise;
  await new Promise(setImmediate);
  expect(acknowledge).not.toHaveBeenCalled();
});
