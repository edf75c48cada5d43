import { EventEmitter, once } from 'node:events';

/** Gates by name: an answer waits at one until the test releases it. A released name stays open. */
export class Holds {
  readonly #released = new Set<string>();
  readonly #events = new EventEmitter().setMaxListeners(0);

  release(name: string): void {
    this.#released.add(name);
    this.#events.emit('release');
  }

  /** Resolves when the name is released; rejects when the signal aborts. */
  async wait(name: string, signal: AbortSignal): Promise<void> {
    while (!this.#released.has(name)) await once(this.#events, 'release', { signal });
  }
}
