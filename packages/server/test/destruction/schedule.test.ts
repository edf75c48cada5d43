/** The server is killed at every step of a schedule whose time comes. */
import type { Client } from '@pilotlight/client';
import type { Schedule, Task } from '@pilotlight/protocol';
import { expect, it, vi } from 'vitest';
import { DESTRUCTION_MS, dieAtEveryStep } from './every-step.ts';

/** Once a day, the next time within seconds. */
async function dueSoon(client: Client, { id }: Schedule): Promise<Schedule> {
  for (;;) {
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
    const cron = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
    const schedule = await client.updateSchedule(id, { cron, enabled: true });
    // On a slow machine that time may have been over by then.
    if ((schedule.nextAt ?? 0) <= at.getTime()) return schedule;
  }
}

const ofSchedule = async (client: Client): Promise<Task[]> =>
  (await client.listTasks()).filter(({ origin }) => origin.type === 'schedule');

/** The task of the occurrence, as soon as there is one. */
const occurred = (client: Client, signal?: AbortSignal): Promise<Task | null> =>
  vi.waitFor(
    async () => {
      if (signal?.aborted === true) return null;
      const [task] = await ofSchedule(client);
      if (task === undefined) throw new Error('nothing occurred');
      return task;
    },
    { timeout: 30_000 },
  );

it('an occurrence makes its task once, and that runs once', { timeout: DESTRUCTION_MS }, async () => {
  const died = await dieAtEveryStep({
    elsewhere: /^git (reset|worktree|write-tree|update-index|update-ref|commit-tree)/,
    async prepare(home) {
      const { client } = home;
      const { id: projectId } = await client.createProject({ path: home.newRepository() });
      const task = { content: [{ type: 'text' as const, text: '/echo due' }], agent: 'demo' };
      const often = { cron: '0 0 0 1 1 *', timeZone: 'UTC', enabled: false };
      return client.createSchedule({ projectId, name: 'once', task, ...often });
    },
    async act(client, schedule, signal) {
      await dueSoon(client, schedule);
      const task = await occurred(client, signal);
      if (task !== null) await client.waitForTask(task.id, { signal });
    },
    async check({ client }, schedule) {
      const [found] = await client.listSchedules();
      // Its server died before it was on.
      if (found?.enabled !== true) await dueSoon(client, schedule);
      const task = await occurred(client);
      const ended = await client.waitForTask(task?.id ?? '');
      // Without a keeper the agent dies with its server: what it was given it is not given again.
      expect(['done', 'interrupted']).toContain(ended.state);
      expect(await ofSchedule(client)).toHaveLength(1);
      expect(await client.listSessions()).toHaveLength(1);
      const { messages, turns } = await client.listMessages(ended.chatId ?? '');
      expect(turns.map(({ id }) => id)).toEqual([ended.turnId]);
      expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1);
      const [after] = await client.listSchedules();
      expect(after?.last).toMatchObject({ outcome: 'started', taskId: ended.id });
      expect(after?.nextAt).toBeGreaterThan(Date.now());
    },
  });
  expect(died).toContain('during commit');
});
