import { newId, type Message } from '@pilotlight/protocol';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../packages/server/src/store/open-store.ts';

/** A data folder with one chat of so many messages: prompts, and answers with text, code and a tool call. */
export function seedChat(dataFolder: string, messages: number): void {
  const folder = join(dataFolder, '..', 'seeded');
  mkdirSync(folder, { recursive: true });
  using store = openStore({ dataFolder });
  const [projectId, sessionId, chatId] = [newId('project'), newId('session'), newId('chat')];
  const at = Date.now() - messages * 1000;
  store.transaction(() => {
    store.projects.insert({ id: projectId, name: 'seeded', path: folder, kind: 'folder', createdAt: at });
    store.sessions.insert({
      id: sessionId,
      projectId,
      title: 'A long one',
      inPlace: false,
      base: null,
      worktree: null,
      diff: null,
      createdAt: at,
      archivedAt: null,
    });
    store.chats.insert({
      id: chatId,
      sessionId,
      title: 'A long one',
      agent: 'demo',
      activity: 'idle',
      lastTurnState: 'completed',
      lastLine: '',
      unseen: false,
      runningSince: null,
      createdAt: at,
      updatedAt: Date.now(),
    });
    for (let n = 1; n <= messages; n += 1) store.messages.upsert(message(chatId, n, at + n * 1000));
  });
}

function message(chatId: string, n: number, createdAt: number): Message {
  const isPrompt = n % 2 === 1;
  const text = isPrompt
    ? `Question ${n}: what does \`cart.ts\` do with message ${n} of them?`
    : `This is message ${n} of the answer.\n\n- it **adds** the prices\n- it rounds them\n\n` +
      `\`\`\`ts\nexport const total${n} = (items: Item[]) => items.reduce((sum, item) => sum + item.price, 0);\n\`\`\`\n\n` +
      'And a closing paragraph that is long enough to wrap on the page, as answers do when an agent explains itself.';
  const tool: Message['parts'][number] = {
    type: 'tool_call',
    startedAt: createdAt,
    endedAt: createdAt + 400,
    toolCall: {
      id: `tool-${n}`,
      title: `Read src/cart-${n}.ts`,
      kind: 'read',
      status: 'completed',
      content: [],
      locations: [{ path: `src/cart-${n}.ts`, line: 1 }],
      parentToolCallId: null,
    },
  };
  return {
    id: newId('message'),
    chatId,
    role: isPrompt ? 'user' : 'assistant',
    turnId: null,
    agent: 'demo',
    parts: isPrompt ? [{ type: 'text', text }] : [tool, { type: 'text', text }],
    createdAt,
  };
}
