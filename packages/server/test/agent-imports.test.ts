/** Conversations that an agent has by itself: listed, brought into a chat with their history, and gone on with. */
import { ensureRealAgents, finalText, type RealAgentId } from '@pilotlight/testkit';
import type { Message } from '@pilotlight/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { Home, type Desk } from './composed-harness.ts';
import { RealAgentDesk } from './real-agent-desk.ts';

const said = (messages: readonly Message[]): [string, string][] =>
  messages.map(({ role, parts }) => [
    role,
    parts
      .map((part) =>
        part.type === 'text' ? part.text : part.type === 'tool_call' ? `<${part.toolCall.status}>` : '',
      )
      .join(''),
  ]);

/** Two prompts in a session that is removed afterwards, so that only the agent knows of them. */
async function leaveBehind(home: Home, agent: string, folder: string, prompts: string[]): Promise<Desk> {
  const desk = await home.desk(agent, folder, true);
  for (const prompt of prompts) expect((await home.turn(desk.chat, prompt)).state).toBe('completed');
  await home.client.removeSession(desk.session.id);
  return desk;
}

test('the demo agent', { timeout: 60_000 }, async () => {
  await using home = await Home.start();
  const { client } = home;
  const { session } = await leaveBehind(home, 'demo', home.newFolder(), ['/echo one', '/output 40']);
  const place = session.projectId;
  const [found] = await client.listAgentConversations('demo', place);
  expect(found).toMatchObject({ chatId: null, updatedAt: expect.any(Number) });
  const agentSessionId = found?.agentSessionId ?? '';

  const made = await client.importAgentSession('demo', { projectId: place, agentSessionId });
  expect(made.session).toMatchObject({ projectId: place, inPlace: true, title: '/echo one' });
  const { messages, turns } = await client.listMessages(made.chat.id);
  expect(said(messages)).toEqual([
    ['user', '/echo one'],
    ['assistant', 'one'],
    ['user', '/output 40'],
    ['assistant', '<completed>'],
  ]);
  expect(turns.map(({ state, continuity }) => [state, continuity])).toEqual([
    ['completed', 'loaded'],
    ['completed', 'loaded'],
  ]);
  expect(await home.turn(made.chat, '/recall')).toMatchObject({ state: 'completed', continuity: 'resumed' });
  expect(await home.words(made.chat)).toContain('Earlier prompts of this session: 2\n1. /echo one');

  await expect(client.importAgentSession('demo', { projectId: place, agentSessionId })).rejects.toMatchObject(
    { code: 'conflict', details: { chatId: made.chat.id } },
  );
  expect(await client.listAgentConversations('demo', place)).toMatchObject([{ chatId: made.chat.id }]);
  await expect(
    client.importAgentSession('demo', { projectId: place, agentSessionId: 'demo_gone' }),
  ).rejects.toMatchObject({ code: 'agent_failed' });
});

describe.each<RealAgentId>(['opencode', 'claude'])('%s', { timeout: 180_000 }, (id) => {
  beforeAll(async () => {
    await ensureRealAgents();
  }, 600_000);

  test('goes on with a conversation that was brought in', async () => {
    await using desk = await RealAgentDesk.open(id);
    const { home } = desk;
    const { client } = home;
    const folder = home.newRepository();
    const prompt = 'What is this? [[read tag=past cwd=.]]';
    const { session } = await leaveBehind(home, id, folder, [prompt]);
    const [found] = await client.listAgentConversations(id, session.projectId);
    const body = { projectId: session.projectId, agentSessionId: found?.agentSessionId ?? '' };
    const { chat } = await client.importAgentSession(id, body);
    const { messages } = await client.listMessages(chat.id);
    const [asked, ...answers] = said(messages);
    expect(asked).toEqual(['user', prompt]);
    expect(answers.map(([, text]) => text).join('')).toContain(finalText('past'));
    expect(answers.map(([, text]) => text).join('')).toMatch(/<(completed|failed)>/);

    const turn = await home.turn(chat, 'Go on. [[text tag=on]]');
    expect(turn).toMatchObject({ state: 'completed', continuity: 'resumed' });
    expect(await home.words(chat)).toContain(finalText('on'));
    const request = desk.models.requests.findLast(({ marker }) => marker?.tag === 'on');
    expect(request?.userText).toContain('tag=past');
    expect(request?.userText).not.toContain('went on without you');
  });
});
