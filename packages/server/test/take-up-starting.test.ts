/** A turn that was starting when its server died runs once, by the next one, when its agent was never asked. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDispatch } from './dispatch-harness.ts';

type Dispatch = ReturnType<typeof startDispatch>;

let first: Dispatch;
let second: Dispatch | null = null;

beforeEach(() => {
  first = startDispatch();
});
afterEach(async () => {
  await (second ?? first)[Symbol.asyncDispose]();
  second = null;
});

/** The server dies, and another takes up what ran. */
function handOver(): Dispatch {
  first.crash();
  second = startDispatch(first.root);
  for (const turn of second.store.turns.open()) second.dispatcher.takeUp(turn);
  return second;
}

it('is asked by the next server when its agent was still being started', async () => {
  const { chat } = await first.chat();
  first.backend.ensureSession = () => new Promise(() => {});
  const { id } = first.submit(chat.id, 'hello');
  expect(first.store.turns.get(id)?.state).toBe('starting');
  const { backend, dispatcher, store } = handOver();
  const asked = await backend.asked();
  expect(asked.text).toBe('hello');
  asked.end();
  await dispatcher.drained();
  expect(store.turns.get(id)).toMatchObject({ state: 'completed', error: null });
});

it('is on disk as one that runs before an agent session that is new is asked', async () => {
  const { chat } = await first.chat();
  first.backend.how = 'fresh';
  const { id } = first.submit(chat.id, 'hello');
  await first.backend.asked();
  expect(first.store.turns.get(id)).toMatchObject({ state: 'running', dispatch: 'warm' });
  const { dispatcher, store } = handOver();
  await dispatcher.drained();
  expect(store.turns.get(id)).toMatchObject({ state: 'interrupted' });
});

it('is on disk as one that runs before a process of its own is asked', async () => {
  const { chat } = await first.chat();
  first.backend.state = 'down';
  const { id } = first.submit(chat.id, 'hello');
  const asked = Promise.withResolvers<string | undefined>();
  first.cold.calls.push = () => {
    asked.resolve(first.store.turns.get(id)?.state);
    return 1;
  };
  expect(await asked.promise).toBe('running');
  await first.dispatcher.drained();
});

it('is starting again when an agent that lost the conversation has to be asked anew', async () => {
  const { chat } = await first.chat();
  const { id } = first.submit(chat.id, 'hello');
  const asked = await first.backend.asked();
  first.journal.flush();
  first.backend.ensureSession = () => new Promise(() => {});
  asked.end({ ok: false, error: { code: 'agent_failed', message: 'Gone.', details: { sent: false } } });
  await expect.poll(() => first.store.turns.get(id)?.state).toBe('starting');
  const { backend, dispatcher, store } = handOver();
  (await backend.asked()).end();
  await dispatcher.drained();
  expect(store.turns.get(id)?.state).toBe('completed');
});
