/** The server is killed at every step of a task: accepted, session, worktree, prompt sent, result, webhook told. */
import { newId, type CreateTask } from '@pilotlight/protocol';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';

it('a task runs its prompt once, in one session, and is told of', { timeout: DESTRUCTION_MS }, async () => {
  const told: string[] = [];
  const receiver = createServer((request, response) => {
    void buffer(request).then((body) => {
      told.push((JSON.parse(body.toString()) as { task: { id: string } }).task.id);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;
  try {
    const died = await dieAtEveryStep({
      async prepare(home): Promise<CreateTask> {
        const project = await home.client.createProject({ path: home.newRepository() });
        return {
          id: newId('task'),
          turnId: newId('turn'),
          projectId: project.id,
          content: [{ type: 'text', text: '/echo first' }],
          agent: 'demo',
          webhook: { url },
        };
      },
      async act(client, task, signal) {
        told.length = 0;
        await client.createTask(task);
        await client.waitForTask(task.id, { signal, until: ({ webhook }) => webhook?.state === 'delivered' });
      },
      async check(home, task) {
        // Accepted or not: sent again, it is the same.
        await home.client.createTask(task);
        const ended = await home.client.waitForTask(task.id, {
          until: ({ webhook }) => webhook?.state === 'delivered',
        });
        // Without a keeper the agent dies with its server: what it was given it is not given again.
        expect(['done', 'interrupted']).toContain(ended.state);
        expect(ended).toMatchObject({ turnId: task.turnId, failedStarts: 0 });
        expect(await home.client.listTasks()).toHaveLength(1);
        expect(await home.client.listSessions()).toHaveLength(1);
        const { messages, turns } = await home.client.listMessages(ended.chatId ?? '');
        expect(turns.map(({ id }) => id)).toEqual([task.turnId]);
        expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1);
        expect(told).toContain(task.id);
      },
    });
    expect(died).toContain('during commit');
    expect(died).toContain('during git worktree add');
  } finally {
    receiver.close();
  }
});
