import {
  INDEX_TOPIC,
  PilotlightError,
  newId,
  type CreateTrigger,
  type Trigger,
  type Triggered,
  type TriggerWithSecret,
  type UpdateTrigger,
} from '@pilotlight/protocol';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { shownTrigger } from '../../store/shown-sources.ts';
import type { TriggerRow } from '../../store/triggers.ts';
import type { Catalog } from '../catalog.ts';
import { fillPlaces } from './fill-places.ts';
import { derivedIds } from './occurrences.ts';
import { RateLimit } from './rate-limit.ts';
import { replaceTemplate } from './replace-template.ts';
import type { TaskJournal } from './task-journal.ts';
import type { Tasks } from './tasks.ts';

const MINUTE_MS = 60_000;
/** Requests with the right secret, for each trigger. */
const USES_A_MINUTE = 30;
/** Requests with a wrong one, for each trigger that is asked for. */
const GUESSES_A_MINUTE = 10;

export interface TriggersOptions {
  tasks: TaskJournal;
  commands: Tasks;
  catalog: Pick<Catalog, 'getProject'>;
  clock: Clock;
}

/** One request to a trigger. */
export interface TriggerUse {
  payload: unknown;
  /** the same key again answers the task of before; null: each request makes a task */
  idempotencyKey: string | null;
}

/** Tasks by request. Of a secret only its hash is kept: 32 random bytes need no slow one. */
export class Triggers {
  readonly #o: TriggersOptions;
  readonly #uses: RateLimit;
  readonly #guesses: RateLimit;

  constructor(options: TriggersOptions) {
    this.#o = options;
    this.#uses = new RateLimit(USES_A_MINUTE, MINUTE_MS, options.clock.now);
    this.#guesses = new RateLimit(GUESSES_A_MINUTE, MINUTE_MS, options.clock.now);
  }

  list(): Trigger[] {
    return this.#store.list().map(shownTrigger);
  }

  /** @throws PilotlightError `trigger_not_found` */
  get(id: string): Trigger {
    return shownTrigger(this.#row(id));
  }

  /** @throws PilotlightError `project_not_found`, and what could not begin now */
  async create(body: z.output<typeof CreateTrigger>): Promise<TriggerWithSecret> {
    await this.#o.commands.check(this.#o.catalog.getProject(body.projectId), body.task);
    const secret = newSecret();
    const row: TriggerRow = {
      ...body,
      id: newId('trigger'),
      secretHash: hashOf(secret).toString('hex'),
      lastUsedAt: null,
      lastTaskId: null,
      createdAt: this.#o.clock.now(),
    };
    return { trigger: this.#write(row, 'insert'), secret };
  }

  /** @throws as `create`, `trigger_not_found` */
  async update(id: string, body: z.output<typeof UpdateTrigger>): Promise<TriggerWithSecret> {
    const { projectId } = this.#row(id);
    if (body.task !== undefined)
      await this.#o.commands.check(this.#o.catalog.getProject(projectId), body.task);
    const before = this.#row(id);
    const secret = body.newSecret === true ? newSecret() : null;
    const row: TriggerRow = {
      ...before,
      name: body.name ?? before.name,
      enabled: body.enabled ?? before.enabled,
      task: replaceTemplate(before.task, body.task),
      secretHash: secret === null ? before.secretHash : hashOf(secret).toString('hex'),
    };
    return { trigger: this.#write(row, 'update'), secret };
  }

  /** Its tasks stay. @throws PilotlightError `trigger_not_found` */
  remove(id: string): void {
    this.#row(id);
    this.#o.tasks.announcer.journal.commit((scope) => {
      this.#store.remove(id);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'trigger_removed', triggerId: id } });
    });
  }

  /**
   * One that is not there, is off, or is asked with a wrong secret answers the same, so that nobody learns which there are.
   * @throws PilotlightError `unauthorized`, `trigger_busy`
   */
  checkSecret(id: string, secret: string): void {
    const row = this.#store.get(id);
    const isRight = timingSafeEqual(hashOf(secret), Buffer.from(row?.secretHash ?? NOBODYS, 'hex'));
    if (row === null || !isRight || !row.enabled) {
      if (!this.#guesses.take(row === null ? 'unknown' : id)) throw busy('wrong secrets');
      throw new PilotlightError(
        'unauthorized',
        'there is no such trigger, it is off, or the secret is wrong',
      );
    }
  }

  /** Makes a task for who has shown the secret. @throws PilotlightError `trigger_busy`, and as `Tasks.insert` */
  async use(id: string, { payload, idempotencyKey }: TriggerUse): Promise<Triggered> {
    const row = this.#row(id);
    const unique = idempotencyKey ?? newId('task');
    const ids = derivedIds(`${id}/${unique}`);
    const known = this.#o.tasks.announcer.store.tasks.get(ids.id);
    if (known !== null) return { taskId: known.id, created: false };
    if (!this.#uses.take(id)) throw busy('requests');
    const project = this.#o.catalog.getProject(row.projectId);
    const agent = await this.#o.commands.check(project, row.task);
    const { agent: _, ...fields } = row.task;
    const filled = {
      ...fields,
      title: fields.title ?? row.name,
      content: fillPlaces(fields.content, payload),
    };
    const origin = { type: 'trigger' as const, triggerId: id };
    const { task, created } = await this.#o.commands.insert({
      ...ids,
      projectId: project.id,
      agent,
      origin,
      fields: filled,
    });
    const current = this.#store.get(id);
    if (current !== null)
      this.#write({ ...current, lastUsedAt: this.#o.clock.now(), lastTaskId: task.id }, 'update');
    return { taskId: task.id, created };
  }

  #write(row: TriggerRow, how: 'insert' | 'update'): Trigger {
    const trigger = shownTrigger(row);
    this.#o.tasks.announcer.journal.commit((scope) => {
      this.#store[how](row);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'trigger', trigger } });
    });
    return trigger;
  }

  #row(id: string): TriggerRow {
    const row = this.#store.get(id);
    if (row === null) throw new PilotlightError('trigger_not_found', `There is no trigger ${id}.`);
    return row;
  }

  get #store() {
    return this.#o.tasks.announcer.store.triggers;
  }
}

/** The hash of no secret. */
const NOBODYS = '0'.repeat(64);

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function busy(what: string): PilotlightError {
  return new PilotlightError('trigger_busy', `Too many ${what} within a minute; try again in a minute.`);
}
