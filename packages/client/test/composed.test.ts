import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFrame, newId } from '@pilotlight/protocol';
import type { Chat, ChatFrame, ChatState, SubmitPrompt } from '@pilotlight/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeServer } from '../../server/src/index.ts';
import type { RunningServer } from '../../server/src/index.ts';
import { createClient } from '../src/index.ts';
import type { Client } from '../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'pilotlight-client-'));
let server: RunningServer;
let client: Client;
let chat: Chat;

beforeAll(async () => {
  mkdirSync(join(root, 'work'));
  server = await composeServer({ dataFolder: join(root, 'data'), port: 0 });
  client = createClient({ url: server.url, token: server.token });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(async () => {
  const project = await client.createProject({ path: join(root, 'work') });
  ({ chat } = await client.createSession({ projectId: project.id, agent: 'demo' }));
});

function say(text: string): SubmitPrompt {
  return { id: newId('turn'), content: [{ type: 'text', text }] };
}

/** The words of the agent in a chat. */
function words(state: Pick<ChatState, 'messages'>): string {
  const parts = state.messages
    .filter((message) => message.role === 'assistant')
    .flatMap((message) => message.parts);
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

describe('a client of the whole server', () => {
  it('sends a prompt, sees every frame and reads the messages afterwards', async () => {
    const body = say('/count 50');
    const frames: ChatFrame[] = [];
    using following = client.followChat(chat.id, { onFrame: (frame) => frames.push(frame) });
    const turn = await client.submitPrompt(chat.id, body);
    expect(turn).toMatchObject({ id: body.id, state: 'queued' });
    const ended = await client.waitForTurn(chat.id, turn.id);
    expect(ended).toMatchObject({ state: 'completed', error: null });
    expect(following.state).not.toBeNull();
    const page = await client.listMessages(chat.id);
    expect(words(page).trim().split(' ')).toHaveLength(50);
    expect(words(following.state as ChatState)).toBe(words(page));
    expect(page.turns.map((each) => each.id)).toEqual([turn.id]);
  });

  it('runs nothing twice when a prompt is sent again, also at the same time', async () => {
    const body = say('/echo once');
    const turns = await Promise.all([1, 2, 3].map(() => client.submitPrompt(chat.id, body)));
    expect(new Set(turns.map((turn) => turn.id)).size).toBe(1);
    await client.waitForTurn(chat.id, body.id);
    await client.submitPrompt(chat.id, body);
    expect(words(await client.listMessages(chat.id))).toBe('once');
  });

  it('sees the same through every door, from the beginning or from the middle', async () => {
    const body = say('/flood 1000 mixed');
    const frames: ChatFrame[] = [];
    const began = Promise.withResolvers<ChatState>();
    using following = client.followChat(chat.id, {
      onFrame: (frame) => frames.push(frame),
      onState: began.resolve,
    });
    const snapshot = await began.promise;
    await client.submitPrompt(chat.id, body);
    const others = Array.from({ length: 3 }, () => createClient({ url: server.url, token: server.token }));
    await Promise.all([client, ...others].map((each) => each.waitForTurn(chat.id, body.id)));
    const replayed = frames
      .filter((frame) => frame.seq > snapshot.seq)
      .reduce((state, frame) => applyFrame(state, frame), snapshot);
    expect(replayed).toEqual(following.state);
    const late = await first(createClient({ url: server.url, token: server.token }), chat.id);
    expect(late.messages).toEqual(replayed.messages);
  });

  it('answers a permission exactly once, whoever is first', async () => {
    const body = say('/ask');
    const asked = Promise.withResolvers<string>();
    using _following = client.followChat(chat.id, {
      onState: (state) => {
        const [open] = Object.values(state.permissions);
        if (open !== undefined) asked.resolve(open.id);
      },
    });
    await client.submitPrompt(chat.id, body);
    const id = await asked.promise;
    const { options } = await client.getPermission(id);
    const answers = await Promise.allSettled(
      options.map(({ optionId }) => client.answerPermission(id, { optionId, by: 'test' })),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason.code as string] : [],
    );
    expect(new Set(refused)).toEqual(new Set(['permission_answered']));
    expect(await client.waitForTurn(chat.id, body.id)).toMatchObject({ state: 'completed' });
  });

  it('fetches what was too long to keep inline', async () => {
    const body = say('/big 200000');
    await client.submitPrompt(chat.id, body);
    await client.waitForTurn(chat.id, body.id);
    const { messages } = await client.listMessages(chat.id);
    const [part] = messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
    if (part?.type !== 'text') throw new Error('expected a text');
    const heads = await Promise.all((part.head ?? []).map((ref) => client.getBlob(ref.blob)));
    const size = heads.reduce((sum, bytes) => sum + bytes.length, part.text.length);
    expect(size).toBe(200_000);
  });

  it('keeps an index, and hears of a chat that goes', async () => {
    const gone = Promise.withResolvers<void>();
    using _following = client.followIndex({
      onState: (state, frames) => {
        if (frames !== null && !(chat.id in state.chats)) gone.resolve();
      },
    });
    await first(client, chat.id);
    await client.removeChat(chat.id);
    await gone.promise;
    await expect(client.getChat(chat.id)).rejects.toMatchObject({ code: 'chat_not_found' });
  });
});

/** The first state a client gets of a chat. */
async function first(of: Client, chatId: string): Promise<ChatState> {
  const { promise, resolve, reject } = Promise.withResolvers<ChatState>();
  using _following = of.followChat(chatId, { onState: (state) => resolve(state), onError: reject });
  return await promise;
}
