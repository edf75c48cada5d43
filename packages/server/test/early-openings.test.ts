/** Agent sessions that are opened while their first prompt is on its way. */
import { PilotlightError } from '@pilotlight/protocol';
import { expect, it, vi } from 'vitest';
import { Home } from './composed-harness.ts';
import { startDispatch } from './dispatch-harness.ts';

const FAILED = new PilotlightError('agent_unavailable', 'alpha does not answer.');
type Desk = ReturnType<typeof startDispatch>;

/** A chat whose session waits to be opened. */
async function opening(d: Desk) {
  const { promise, resolve } = Promise.withResolvers<void>();
  d.backend.untilOpened = promise;
  const made = await d.chat({ about: 'Mend the lamp' });
  await vi.waitUntil(() => d.backend.ensured.length === 1);
  return { ...made, open: () => resolve() };
}

it('the turn has the session that was opened for it, and opens no other', async () => {
  await using d = startDispatch();
  d.backend.how = 'fresh';
  const { chat } = await d.chat({ about: 'Mend the lamp' });
  await vi.waitUntil(() => d.sessions.handle(chat.sessionId, chat.id, 'alpha') !== null);
  d.backend.how = 'live';
  const turn = d.submit(chat.id, 'Mend the lamp');
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(1);
  expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'completed', continuity: 'fresh' });
});

it('a prompt that comes before the session is open waits for that one', async () => {
  await using d = startDispatch();
  const { chat, open } = await opening(d);
  d.submit(chat.id, 'Mend the lamp');
  open();
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(1);
});

it('what comes to nothing while its prompt waits is tried no second time, and the turn goes on as it would without', async () => {
  await using d = startDispatch();
  const { chat, open } = await opening(d);
  d.backend.failEnsure = FAILED;
  const turn = d.submit(chat.id, 'Mend the lamp');
  open();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(1);
  expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'completed', dispatch: 'cold' });
});

it('what came to nothing before the prompt is tried by the turn, and nothing was said of it', async () => {
  await using d = startDispatch();
  const { chat, open } = await opening(d);
  d.backend.failEnsure = FAILED;
  open();
  await vi.waitUntil(() => d.circuits.list().some(({ lastError }) => lastError?.message === FAILED.message));
  expect(d.state(chat.id).messages).toEqual([]);
  d.backend.failEnsure = null;
  d.advance(60_000);
  const turn = d.submit(chat.id, 'Mend the lamp');
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(2);
  expect(d.store.turns.get(turn.id)).toMatchObject({ state: 'completed', dispatch: 'warm' });
});

it('one that was released before its prompt came is opened again', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat({ about: 'Mend the lamp' });
  await vi.waitUntil(() => d.sessions.handle(chat.sessionId, chat.id, 'alpha') !== null);
  const handle = d.sessions.handle(chat.sessionId, chat.id, 'alpha');
  if (handle !== null) d.sessions.residencyChanged(handle, 'cold', 'Idle');
  d.submit(chat.id, 'Mend the lamp');
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(2);
});

it('a prompt to another agent opens that one', async () => {
  await using d = startDispatch();
  const { chat, open } = await opening(d);
  open();
  d.submit(chat.id, 'Mend the lamp', { agent: 'beta' });
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured.map(({ agent }) => agent)).toEqual(['alpha', 'beta']);
});

it('opens nothing where no prompt comes, none may start, or a worktree is still to be made', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat({ git: true, about: 'Mend the lamp' });
  d.submit(chat.id, 'Mend the lamp');
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(1);
  // Without one to come, as where a client has nothing to say of it.
  await d.chat({ about: ' ' });
  await d.dispatcher.stop();
  await d.chat({ about: 'Mend the lamp' });
  expect(d.backend.ensured).toHaveLength(1);
});

it('a prompt that comes much later finds the agent session as any other does', async () => {
  await using d = startDispatch();
  const { chat } = await d.chat({ about: 'Mend the lamp' });
  await vi.waitUntil(() => d.sessions.handle(chat.sessionId, chat.id, 'alpha') !== null);
  const later = performance.now() + 60_000;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(later);
  d.submit(chat.id, 'Mend the lamp');
  (await d.backend.asked()).end();
  clock.mockRestore();
  await d.dispatcher.drained();
  expect(d.backend.ensured).toHaveLength(2);
});

it('what is being opened when its chat goes is closed', async () => {
  await using d = startDispatch();
  const { chat, open } = await opening(d);
  const removing = d.catalog.removeChat(chat.id);
  open();
  await removing;
  expect(d.backend.closed).toMatchObject([{ chatId: chat.id }]);
});

it('starts no agent in a session that went away meanwhile', async () => {
  await using d = startDispatch();
  const { promise, resolve } = Promise.withResolvers<void>();
  vi.spyOn(d.locks, 'settled').mockReturnValueOnce(promise);
  const { chat } = await d.chat({ about: 'Mend the lamp' });
  await d.catalog.removeChat(chat.id);
  resolve();
  // One that begins after it goes the same way to its agent.
  const other = await d.chat({ about: 'Mend the lamp' });
  await vi.waitUntil(() => d.backend.ensured.length > 0);
  expect(d.backend.ensured).toMatchObject([{ chatId: other.chat.id }]);
});

it('has an agent ready in the chat before its first prompt', async () => {
  await using home = await Home.start();
  const folder = home.newFolder();
  const { id: projectId } = await home.client.createProject({ path: folder });
  const { chat } = await home.client.createSession({ projectId, agent: 'demo', about: '/echo hi' });
  const mine = async () =>
    (await home.client.listProcesses()).find(({ chatIds }) => chatIds.includes(chat.id));
  await expect.poll(mine).toMatchObject({ state: 'ready' });
  const before = await mine();
  expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed', continuity: 'fresh' });
  expect((await mine())?.pid).toBe(before?.pid);
});
