import { newId, type ChatFrame } from '@pilotlight/protocol';
import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { BenchServer } from './bench-server.ts';
import { watchTurn, type PlayedTurn } from './watch-turn.ts';

type ServerMessage = { type: string; frames?: ChatFrame[] };

/**
 * The least a client of the server can be: one request a prompt, one WebSocket, parse. What stands against the bare client,
 * so that what a client library takes for itself is no part of the server's time.
 */
export async function openPlainChat({ url, token }: BenchServer, chatId: string) {
  const agent = new Agent({ keepAlive: true });
  const authorization = `Bearer ${token}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws`, { headers: { authorization } });
  let onFrame: (frame: ChatFrame) => void = () => {};
  const subscribed = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'snapshot') subscribed.resolve();
    for (const frame of message.frames ?? []) onFrame(frame);
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'subscribe', topic: `chat:${chatId}` }));
  await subscribed.promise;

  const submit = (id: string, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify({ id, content: [{ type: 'text', text }] }));
      const headers = { authorization, 'content-type': 'application/json', 'content-length': body.length };
      const options = { method: 'POST', agent, headers };
      const sent = request(`${url}/api/chats/${chatId}/prompts`, options, (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 202) resolve();
          else reject(new Error(`the prompt was answered ${answer.statusCode}`));
        });
      });
      sent.on('error', reject).end(body);
    });

  return {
    async play(text: string): Promise<PlayedTurn> {
      const id = newId('turn');
      const watch = watchTurn(id);
      onFrame = watch.onFrame;
      // The next prompt comes when this one is answered too.
      const [played] = await Promise.all([watch.played, submit(id, text)]);
      return played;
    },
    async close(): Promise<void> {
      agent.destroy();
      socket.close();
      await once(socket, 'close');
    },
  };
}
