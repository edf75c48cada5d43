/** Models, modes and other options: chosen for a cold chat, kept by the server, shown as in force only when they are. */
import type { ChatState, ConfigOption } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { Home } from './composed-harness.ts';

const inForce = (state: ChatState, id: string): ConfigOption['currentValue'] | undefined =>
  state.config['demo']?.find((option) => option.id === id)?.currentValue;

test('a choice for a cold chat is told to every client, comes into force, and is applied after a resume', async () => {
  await using home = await Home.start();
  const { chat } = await home.desk();
  const other = home.newClient();
  const choice = { model: 'demo-careful', options: { thought_level: 'high' } };
  const told = home.until(chat, (state) => state.chat?.choices !== undefined, other);
  await home.client.updateChat(chat.id, { agent: 'demo', choice });
  const before = await told;
  expect(before.chat?.choices).toEqual({ demo: choice });
  expect(before.config).toEqual({});

  expect((await home.turn(chat, '/echo one')).state).toBe('completed');
  const after = await home.until(chat, (state) => inForce(state, 'model') === 'demo-careful');
  expect(inForce(after, 'thought_level')).toBe('high');
  expect(
    (await home.client.listAgents()).find(({ id }) => id === 'demo')?.options.map(({ id }) => id),
  ).toEqual(['mode', 'model', 'thought_level']);

  await home.restart();
  expect((await home.client.getChat(chat.id)).choices).toEqual({ demo: choice });
  expect(await home.turn(chat, '/echo two')).toMatchObject({ state: 'completed', continuity: 'resumed' });
  const resumed = await home.until(chat, (state) => inForce(state, 'model') === 'demo-careful');
  expect(inForce(resumed, 'thought_level')).toBe('high');
  await home.client.updateChat(chat.id, { title: 'another' });
  expect((await home.client.getChat(chat.id)).choices).toEqual({ demo: choice });
});

test('a model that is not there any more is an error with the list, and the chat goes on with another', async () => {
  await using home = await Home.start();
  const { chat } = await home.desk();
  await home.client.updateChat(chat.id, { agent: 'demo', choice: { model: 'gone-model' } });
  const failed = await home.turn(chat, '/echo one');
  expect(failed).toMatchObject({
    state: 'failed',
    error: {
      code: 'model_unknown',
      message: expect.stringContaining('demo-careful'),
      details: { value: 'gone-model', offered: expect.arrayContaining(['demo-fast', 'demo-careful']) },
    },
  });
  const { messages } = await home.client.listMessages(chat.id);
  expect(messages[0]?.parts).toEqual([{ type: 'text', text: '/echo one' }]);
  await home.client.updateChat(chat.id, { agent: 'demo', choice: { model: 'demo-fast' } });
  expect((await home.turn(chat, '/echo two')).state).toBe('completed');
});
