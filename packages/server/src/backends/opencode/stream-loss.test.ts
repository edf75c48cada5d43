import type { PermissionOutcome } from '@pilotlight/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRealHarness, type RealHarness } from '../../../test/opencode/real-harness.ts';
import { StreamProxy } from '../../../test/opencode/stream-proxy.ts';

let harness: RealHarness;
let proxy: StreamProxy;

beforeAll(async () => {
  harness = await startRealHarness((processes) => (proxy = new StreamProxy(processes)));
}, 180_000);

afterAll(async () => {
  await harness[Symbol.asyncDispose]();
}, 60_000);

test('an answer that ends while the event stream is cut arrives whole, once', async () => {
  const path = harness.worktree('cut-text');
  const handle = await harness.ensure('chat-cut-text', path);
  const { log, result } = harness.prompt(handle, path, '[[hold cut tag=h]]');
  await log.waitFor(({ type }) => type === 'text');
  proxy.cut();
  harness.model.release('cut');
  await harness.model.waitForRequest(({ marker, state }) => marker?.name === 'hold' && state === 'finished');
  proxy.heal();
  expect(await result).toEqual({ ok: true });
  expect(log.text).toBe('Holding. Finished h.');
  expect(log.reasoning).toBe('Thinking it over. ');
});

test('a permission asked while the event stream is cut is found again', async () => {
  const path = harness.worktree('cut-ask');
  const handle = await harness.ensure('chat-cut-ask', path);
  await harness.prompt(handle, path, '[[text]]').result;
  proxy.cut();
  let asked = 0;
  const onPermission = (): Promise<PermissionOutcome> => {
    asked += 1;
    return Promise.resolve({ outcome: 'selected', optionId: 'once' });
  };
  const { log, result } = harness.prompt(handle, path, `[[shell tag=s cwd=${path}]]`, { onPermission });
  await harness.model.waitForRequest(({ marker, state }) => marker?.tag === 's' && state === 'finished');
  proxy.heal();
  expect(await result).toEqual({ ok: true });
  expect(asked).toBe(1);
  expect(log.text).toBe('I will use a tool.Finished s.');
  expect(log.tools).toMatchObject([
    { status: 'completed', content: [{ type: 'terminal', output: 'ran-s\n', exitCode: 0 }] },
  ]);
  expect(log.events.filter(({ type }) => type === 'tool_call')).toHaveLength(1);
});
