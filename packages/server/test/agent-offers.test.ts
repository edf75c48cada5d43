/** What an agent offers before its first prompt in a chat, through the whole server. */
import { expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

it('options and commands are listed once the agent has named them, in whatever chat', async () => {
  await using home = await Home.start();
  const demo = async () => (await home.client.listAgents()).find(({ id }) => id === 'demo');
  expect(await demo()).toMatchObject({ options: [], commands: [] });
  const { chat } = await home.desk();
  await home.turn(chat, '/echo hi');
  const after = await demo();
  expect(after?.options.map(({ id, currentValue }) => [id, currentValue])).toEqual([
    ['mode', 'ask'],
    ['model', 'demo-fast'],
    ['thought_level', 'low'],
  ]);
  expect(after?.options[1]?.choices.map(({ value }) => value)).toEqual(['demo-fast', 'demo-careful']);
  expect(after?.commands.map(({ name }) => name)).toContain('echo');
});
