import type { Clock } from '../src/clock.ts';

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ time: number; run: () => void }>();
  readonly now = (): number => this.#now;

  constructor(start: number) {
    this.#now = start;
  }

  at(time: number, run: () => void): Disposable {
    const entry = { time, run };
    this.#waiting.add(entry);
    if (time <= this.#now) queueMicrotask(() => this.#run(entry));
    return { [Symbol.dispose]: () => this.#waiting.delete(entry) };
  }

  /** Everything that is due on the way is called, in order, each at its time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#waiting].filter(({ time }) => time <= end).toSorted((a, b) => a.time - b.time)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.time);
      this.#run(due);
    }
    this.#now = end;
  }

  #run(entry: { time: number; run: () => void }): void {
    if (this.#waiting.delete(entry)) entry.run();
  }
}
