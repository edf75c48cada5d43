import {
  INDEX_TOPIC,
  PilotlightError,
  isTaskOver,
  newId,
  type CreateSchedule,
  type Occurrences,
  type Schedule,
  type UpdateSchedule,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { CommitScope } from '../../journal/journal.ts';
import type { ScheduleRow } from '../../store/schedules.ts';
import { shownSchedule } from '../../store/shown-sources.ts';
import type { Catalog } from '../catalog.ts';
import { newTask } from './new-task.ts';
import {
  checkRecurrence,
  dueNow,
  nextOccurrence,
  nextOccurrences,
  occurrenceIds,
  ownTimeZone,
} from './occurrences.ts';
import { replaceTemplate } from './replace-template.ts';
import type { TaskJournal } from './task-journal.ts';
import type { TaskStarter } from './task-starter.ts';
import type { Tasks } from './tasks.ts';

export interface SchedulesOptions {
  tasks: TaskJournal;
  commands: Tasks;
  starter: TaskStarter;
  catalog: Pick<Catalog, 'getProject'>;
  clock: Clock;
  /** the agent of those that name none */
  defaultAgent(): Promise<string>;
  onError(error: unknown): void;
}

/** What could not be made, on a full disk or without an agent, is tried again after this time. */
const AGAIN_MS = 30_000;

/**
 * Makes tasks when they are due. The task of an occurrence, whose id follows from schedule and time, and what is due next are
 * written in one transaction: each occurrence makes its task once, or is passed over once, whoever dies when.
 */
export class Schedules implements AsyncDisposable {
  readonly #o: SchedulesOptions;
  #timer: Disposable | null = null;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SchedulesOptions) {
    this.#o = options;
  }

  list(): Schedule[] {
    return this.#store.list().map(shownSchedule);
  }

  /** @throws PilotlightError `schedule_not_found` */
  get(id: string): Schedule {
    return shownSchedule(this.#row(id));
  }

  /** @throws PilotlightError `project_not_found`, `invalid_request`, and what could not begin now */
  async create(body: z.output<typeof CreateSchedule>): Promise<Schedule> {
    const project = this.#o.catalog.getProject(body.projectId);
    const row: ScheduleRow = {
      ...body,
      id: newId('schedule'),
      timeZone: body.timeZone ?? ownTimeZone(),
      nextAt: null,
      last: null,
      createdAt: this.#o.clock.now(),
    };
    checkRecurrence(row);
    await this.#o.commands.check(project, row.task);
    return this.#write(row, 'insert');
  }

  /** @throws as `create`, `schedule_not_found` */
  async update(id: string, body: z.output<typeof UpdateSchedule>): Promise<Schedule> {
    const { task, ...changes } = body;
    const merged = { ...this.#row(id), ...defined(changes) };
    checkRecurrence(merged);
    if (task !== undefined) await this.#o.commands.check(this.#o.catalog.getProject(merged.projectId), task);
    // What happened meanwhile to what it did last is kept.
    const row = { ...this.#row(id), ...defined(changes) };
    return this.#write({ ...row, task: replaceTemplate(row.task, task) }, 'update');
  }

  /** Its tasks stay. @throws PilotlightError `schedule_not_found` */
  remove(id: string): void {
    this.#row(id);
    this.#o.tasks.announcer.journal.commit((scope) => {
      this.#store.remove(id);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'schedule_removed', scheduleId: id } });
    });
    this.#arm();
  }

  /** The next times of an expression. @throws PilotlightError `invalid_request` */
  preview(cron: string, timeZone = ownTimeZone()): Occurrences {
    checkRecurrence({ cron, timeZone });
    return { times: nextOccurrences({ cron, timeZone }, this.#o.clock.now(), 5), timeZone };
  }

  /** Makes the tasks that are due, now and from now on. Resolves when those of now are made; does not reject. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((error: unknown) => this.#o.onError(error));
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const now = this.#o.clock.now();
    const due = this.#store.list().filter(({ nextAt }) => nextAt !== null && nextAt <= now);
    let again = 0;
    for (const { id, task } of due) {
      try {
        this.#occur(id, now, task.agent ?? (await this.#o.defaultAgent()));
      } catch (error) {
        this.#o.onError(error);
        again = now + AGAIN_MS;
      }
    }
    this.#arm(again);
    if (due.length > 0) await this.#o.starter.fill();
  }

  #occur(id: string, now: number, agent: string): void {
    const { tasks } = this.#o;
    const { store, journal } = tasks.announcer;
    journal.commit((scope) => {
      const row = store.schedules.get(id);
      if (row === null || row.nextAt === null || row.nextAt > now) return;
      const { at, missed } = dueNow(row, row.nextAt, now);
      const before = store.tasks.lastOfSchedule(id);
      const overlaps = row.overlap === 'skip' && before !== null && !isTaskOver(before.state);
      const outcome: 'missed' | 'skipped' | 'started' =
        missed && row.missed === 'skip' ? 'missed' : overlaps ? 'skipped' : 'started';
      const ids = occurrenceIds(id, at);
      if (outcome === 'started' && store.tasks.get(ids.id) === null) {
        const origin = { type: 'schedule' as const, scheduleId: id, at };
        const named = { ...row.task, title: row.task.title ?? row.name };
        const wanted = { ...ids, projectId: row.projectId, agent, origin, fields: named };
        const { task, secrets } = newTask(wanted, store.blobs, now);
        tasks.insert(scope, task, secrets);
      }
      const last = { at, outcome, taskId: outcome === 'started' ? ids.id : null };
      this.#announce(scope, { ...row, last, nextAt: nextOccurrence(row, now) });
    });
  }

  #write(row: ScheduleRow, how: 'insert' | 'update'): Schedule {
    const nextAt = row.enabled ? nextOccurrence(row, this.#o.clock.now()) : null;
    const schedule = { ...row, nextAt };
    this.#o.tasks.announcer.journal.commit((scope) => {
      if (how === 'insert') this.#store.insert(schedule);
      this.#announce(scope, schedule);
    });
    this.#arm();
    return shownSchedule(schedule);
  }

  #announce(scope: CommitScope, row: ScheduleRow): void {
    this.#store.update(row);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'schedule', schedule: shownSchedule(row) } });
  }

  /** @param notBefore epoch ms; what is due and could not be made is not tried again before */
  #arm(notBefore = 0): void {
    this.#timer?.[Symbol.dispose]();
    const times = this.#store.list().flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
    const isIdle = times.length === 0 || this.#stopped;
    const at = Math.max(Math.min(...times), notBefore);
    this.#timer = isIdle ? null : this.#o.clock.at(at, () => void this.look());
  }

  #row(id: string): ScheduleRow {
    const row = this.#store.get(id);
    if (row === null) throw new PilotlightError('schedule_not_found', `There is no schedule ${id}.`);
    return row;
  }

  get #store() {
    return this.#o.tasks.announcer.store.schedules;
  }
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
