/** How long a window waits for another that has it in view already, in ms. Hidden windows hear within a second. */
const HEARING = 300;

/**
 * What the windows of one browser tell each other, so that a thing is shown once, and not at all when one of them has it
 * in view.
 */
export class Windows implements Disposable {
  readonly #channel = new BroadcastChannel('pilotlight.notifications');
  readonly #seen = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor() {
    this.#channel.addEventListener('message', ({ data }) => this.#seen.add(String(data)));
  }

  /** In view here, or shown from here: nobody else needs to. */
  take(tag: string): void {
    this.#seen.add(tag);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
    this.#channel.postMessage(tag);
  }

  /** Calls unless another window takes it meanwhile. */
  unlessTaken(tag: string, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#seen.has(tag)) return;
      this.take(tag);
      run();
    }, HEARING);
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    this.#channel.close();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
