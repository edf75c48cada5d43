import type { Task } from '@pilotlight/protocol';
import type { Clock } from '../../clock.ts';
import type { Announcer } from '../announcer.ts';
import { sendWebhook } from './send-webhook.ts';

const TIMEOUT_MS = 10_000;
const SECOND = 1000;
/** After the first attempt, the second, …; then it is given up. */
const PAUSES_MS = [10 * SECOND, 60 * SECOND, 5 * 60 * SECOND, 30 * 60 * SECOND, 2 * 60 * 60 * SECOND];
/** After one that the store did not take; what it was about is told again then. */
const UNWRITTEN_PAUSE_MS = 60 * SECOND;

export interface WebhooksOptions {
  announcer: Announcer;
  clock: Clock;
  onError(error: unknown): void;
}

/**
 * Tells URLs that tasks have ended. That one is to be told is written with the task's end, and each attempt when it is over,
 * so it is told at least once, whoever dies; the delivery has the same id each time.
 */
export class Webhooks implements AsyncDisposable {
  readonly #o: WebhooksOptions;
  readonly #timers = new Map<string, Disposable>();
  readonly #sending = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: WebhooksOptions) {
    this.#o = options;
  }

  /** Those that an earlier server did not tell. */
  watchAll(): void {
    for (const task of this.#o.announcer.store.tasks.untold()) this.watch(task);
  }

  /**
   * The task has changed.
   * @param notBefore epoch ms; of one whose last attempt could not be written down
   */
  watch({ id, webhook }: Task, notBefore = 0): void {
    if (webhook?.state !== 'pending' || webhook.nextAt === null || this.#timers.has(id)) return;
    if (this.#sending.has(id) || this.#stopping.signal.aborted) return;
    this.#timers.set(
      id,
      this.#o.clock.at(Math.max(webhook.nextAt, notBefore), () => this.#attempt(id)),
    );
  }

  /** Resolves when nothing is being sent. */
  async drained(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    await this.drained();
  }

  #attempt(id: string): void {
    this.#timers.delete(id);
    let notBefore = 0;
    const sent = this.#send(id)
      .catch((error: unknown) => {
        notBefore = this.#o.clock.now() + UNWRITTEN_PAUSE_MS;
        this.#o.onError(error);
      })
      .finally(() => {
        this.#sending.delete(id);
        const after = this.#o.announcer.store.tasks.get(id);
        if (after !== null && !this.#stopping.signal.aborted) this.watch(after, notBefore);
      });
    this.#sending.set(id, sent);
  }

  async #send(id: string): Promise<void> {
    const { announcer, clock } = this.#o;
    const { store, journal } = announcer;
    const task = store.tasks.get(id);
    const secrets = store.tasks.secrets(id);
    if (task?.webhook?.state !== 'pending' || secrets === null) return;
    const { signal } = this.#stopping;
    const { url } = task.webhook;
    const body = JSON.stringify(payloadOf(task));
    const message = { url, id, body, secret: secrets.webhookSecret, timeoutMs: TIMEOUT_MS, signal };
    const { status, error } = await sendWebhook(message, clock.now());
    // This server ends: the next one tries again.
    if (signal.aborted) return;
    journal.commit((scope) => {
      const current = store.tasks.get(id);
      if (current?.webhook == null) return;
      const attempts = current.webhook.attempts + 1;
      const pause = error === null ? undefined : PAUSES_MS[attempts - 1];
      const state = error === null ? 'delivered' : pause === undefined ? 'failed' : 'pending';
      const at = clock.now();
      const nextAt = pause === undefined ? null : at + pause;
      announcer.task(scope, {
        ...current,
        webhook: { ...current.webhook, state, attempts, status, error, at, nextAt },
      });
    });
  }
}

/** What is told: the result and nothing else. Neither the prompt, nor an error's words, which may name paths of this machine. */
function payloadOf(task: Task): object {
  const { id, title, state, agent, model, comparisonId, createdAt, startedAt, endedAt, error, result } = task;
  return {
    event: 'task_ended',
    task: {
      id,
      title,
      state,
      agent,
      model,
      comparisonId,
      createdAt,
      startedAt,
      endedAt,
      error: error?.code ?? null,
      result,
    },
  };
}
