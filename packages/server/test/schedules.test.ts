/** Schedules on a real store, with a clock that is moved by hand. */
import { CreateSchedule, type Schedule, type Task } from '@pilotlight/protocol';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dueNow, occurrenceIds } from '../src/dispatch/tasks/occurrences.ts';
import { makeRepository, startDispatch } from './dispatch-harness.ts';

const at = (text: string): number => Date.parse(text);
const HOUR = 3_600_000;

let d: ReturnType<typeof startDispatch>;
let projectId: string;

beforeEach(async () => {
  d = startDispatch(undefined, {}, at('2026-11-28T23:30:00Z'));
  const path = join(d.root, 'shop');
  makeRepository(path);
  projectId = (await d.catalog.createProject({ path })).id;
});
afterEach(() => d[Symbol.asyncDispose]());

function create(more: Partial<CreateSchedule> = {}): Promise<Schedule> {
  const task = { content: [{ type: 'text' as const, text: 'tidy up' }] };
  const body = { projectId, name: 'Nightly', cron: '0 3 * * *', timeZone: 'UTC', task, ...more };
  return d.desk.schedules.create(CreateSchedule.parse(body));
}
const get = ({ id }: Schedule): Schedule => d.desk.schedules.get(id);
const tasks = (): Task[] => d.store.tasks.list();
/** What was due is made. */
const looked = async (): Promise<void> => {
  await d.desk.schedules.look();
  await d.desk.drained();
};
async function finish(): Promise<void> {
  (await d.backend.asked()).end();
  await d.dispatcher.drained();
  await d.desk.drained();
}

it('makes a task when it is due, in its own time zone', async () => {
  const berlin = await create({ timeZone: 'Europe/Berlin' });
  expect(berlin.nextAt).toBe(at('2026-11-29T02:00:00Z'));
  d.advance(2.5 * HOUR - 1);
  await looked();
  expect(tasks()).toEqual([]);
  d.advance(1);
  await looked();
  const [task] = tasks();
  expect(task).toMatchObject({
    title: 'Nightly',
    text: 'tidy up',
    agent: 'alpha',
    origin: { type: 'schedule', scheduleId: berlin.id, at: at('2026-11-29T02:00:00Z') },
  });
  expect(get(berlin)).toMatchObject({
    nextAt: at('2026-11-30T02:00:00Z'),
    last: { outcome: 'started', taskId: task?.id },
  });
  await finish();
});

it('passes an hour that a change of clocks leaves out, and takes the one that comes twice once', async () => {
  const { times } = d.desk.schedules.preview('30 2 28,29 3 *', 'Europe/Berlin');
  // On 2027-03-28 there is no 2:30 in Berlin: it takes the moment to which the clock jumps.
  expect(times.slice(0, 2).map((time) => new Date(time).toISOString())).toEqual([
    '2027-03-28T01:00:00.000Z',
    '2027-03-29T00:30:00.000Z',
  ]);
  const autumn = d.desk.schedules.preview('30 2 25,31 10 *', 'Europe/Berlin').times;
  const same = autumn.filter((time) => new Date(time).toISOString().startsWith('2027-10-31'));
  expect(same).toHaveLength(1);
});

it('skips an occurrence while the last task runs, unless it may start beside it', async () => {
  const skipping = await create({ cron: '0 * * * *' });
  d.advance(HOUR / 2);
  await looked();
  const asked = await d.backend.asked();
  d.advance(HOUR);
  await looked();
  expect(tasks()).toHaveLength(1);
  expect(get(skipping).last).toMatchObject({
    outcome: 'skipped',
    taskId: null,
    at: at('2026-11-29T01:00:00Z'),
  });
  await d.desk.schedules.update(skipping.id, { overlap: 'start' });
  d.advance(HOUR);
  await looked();
  expect(tasks()).toHaveLength(2);
  asked.end();
  await finish();
});

it('makes no task while it is off, and says that nothing is next', async () => {
  const schedule = await create({ enabled: false });
  expect(schedule.nextAt).toBeNull();
  d.advance(48 * HOUR);
  await looked();
  expect(tasks()).toEqual([]);
  const on = await d.desk.schedules.update(schedule.id, { enabled: true });
  expect(on.nextAt).toBe(at('2026-12-01T03:00:00Z'));
});

/** No server runs for so long. */
async function away(ms: number): Promise<void> {
  const until = d.clock.now() + ms;
  d.crash();
  d = startDispatch(d.root, {}, until);
  await d.desk.goOn();
  await d.desk.drained();
}

it('runs once for all occurrences at which no server ran', async () => {
  const schedule = await create();
  await away(72 * HOUR);
  expect(tasks()).toHaveLength(1);
  expect(get(schedule)).toMatchObject({
    last: { at: at('2026-12-01T03:00:00Z'), outcome: 'started' },
    nextAt: at('2026-12-02T03:00:00Z'),
  });
  await finish();
});

it('runs for none of them where that is wanted', async () => {
  const schedule = await create({ missed: 'skip' });
  await away(72 * HOUR);
  expect(tasks()).toEqual([]);
  expect(get(schedule).last).toMatchObject({ outcome: 'missed', taskId: null });
});

it('finds the last of years of missed minutes without going through all', async () => {
  const schedule = await create({ cron: '* * * * *', missed: 'skip' });
  const began = performance.now();
  await away(5 * 365 * 24 * HOUR + 1000);
  expect(get(schedule).last).toMatchObject({ at: at('2031-11-27T23:30:00Z'), outcome: 'started' });
  expect(dueNow({ cron: '0 3 1 1 *', timeZone: 'UTC' }, at('2027-01-01T03:00:00Z'), d.clock.now())).toEqual({
    at: at('2031-01-01T03:00:00Z'),
    missed: true,
  });
  expect(performance.now() - began).toBeLessThan(5000);
  await finish();
});

it('tries what the store refused again after a while, and makes the others meanwhile', async () => {
  const refused = await create({ name: 'Refused' });
  const other = await create({ name: 'Other' });
  const database = new DatabaseSync(join(d.root, 'data', 'pilotlight.db'));
  database.exec(`CREATE TRIGGER refusing BEFORE UPDATE ON schedules WHEN NEW.name = 'Refused'
    BEGIN SELECT RAISE(ABORT, 'refused'); END`);
  d.advance(3.5 * HOUR);
  await looked();
  expect(tasks().map(({ title }) => title)).toEqual(['Other']);
  // By its timer, and by the look that was asked for here.
  expect(d.errors).toHaveLength(2);
  d.advance(29_999);
  await looked();
  expect(d.errors).toHaveLength(3);
  database.exec('DROP TRIGGER refusing');
  database.close();
  d.advance(30_000);
  await looked();
  expect(tasks()).toHaveLength(2);
  expect([get(refused), get(other)].map(({ nextAt }) => nextAt)).toEqual(
    Array(2).fill(at('2026-11-30T03:00:00Z')),
  );
  (await d.backend.asked()).end();
  await finish();
});

it('makes the task of an occurrence once, whoever looks again', async () => {
  const schedule = await create();
  d.advance(3.5 * HOUR);
  await looked();
  const row = d.store.schedules.get(schedule.id);
  if (row === null) throw new Error('it is there');
  const due = at('2026-11-29T03:00:00Z');
  expect(tasks().map(({ id }) => id)).toEqual([occurrenceIds(schedule.id, due).id]);
  // As if what is due next had not been written.
  d.store.schedules.update({ ...row, overlap: 'start', nextAt: due });
  await away(1000);
  expect(tasks()).toHaveLength(1);
});

it('refuses what is no time, no time zone, or far too often', async () => {
  const refused = (cron: string, why: RegExp): Promise<void> =>
    expect(create({ cron })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(why),
    });
  await refused('now and then', /no cron expression: expected five fields/);
  await refused('0 3 1 1 * 2027 *', /expected five fields/);
  await refused('99 3 * * *', /its minute is "99"; expected 0 to 59/);
  await refused('0 0 3 * * mon-', /its weekday is "mon-"/);
  await refused('@dayly', /expected one of @yearly/);
  await refused('0 3 30 2 *', /is never due/);
  await expect(create({ cron: '*/5 * * * * *' })).rejects.toMatchObject({ code: 'invalid_request' });
  // Also when the next two are a day apart.
  vi.useFakeTimers({ toFake: ['Date'], now: at('2026-11-29T00:00:10Z') });
  await expect(create({ cron: '0,30 0 0 * * *' })).rejects.toMatchObject({ code: 'invalid_request' });
  vi.useRealTimers();
  await expect(create({ timeZone: 'Europe/Atlantis' })).rejects.toMatchObject({ code: 'invalid_request' });
  expect(() => d.desk.schedules.get('sch_00000000')).toThrow(
    expect.objectContaining({ code: 'schedule_not_found' }),
  );
});

it('keeps the secret of its webhook and shows it to nobody', async () => {
  const webhook = { url: 'http://127.0.0.1:1/', secret: 'hush-hush' };
  const task = { content: [{ type: 'text' as const, text: 'tidy up' }], webhook };
  const schedule = await create({ task });
  expect(JSON.stringify([schedule, d.journal.indexState()])).not.toContain('hush-hush');
  expect(schedule.task.webhook).toEqual({ url: webhook.url, signed: true });
  const changed = CreateSchedule.shape.task.parse({ ...task, webhook: { url: webhook.url }, title: 'New' });
  await d.desk.schedules.update(schedule.id, { task: changed });
  expect(d.store.schedules.get(schedule.id)?.task).toMatchObject({ title: 'New', webhook });
});
