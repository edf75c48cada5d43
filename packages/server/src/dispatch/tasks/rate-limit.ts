/** So many in so much time, for each key. Forgets keys that were not used for that time. */
export class RateLimit {
  readonly #most: number;
  readonly #withinMs: number;
  readonly #now: () => number;
  readonly #used = new Map<string, number[]>();

  constructor(most: number, withinMs: number, now: () => number) {
    this.#most = most;
    this.#withinMs = withinMs;
    this.#now = now;
  }

  /** Whether one more is allowed; if so it is counted. */
  take(key: string): boolean {
    const now = this.#now();
    for (const [each, times] of this.#used)
      if ((times.at(-1) ?? 0) <= now - this.#withinMs) this.#used.delete(each);
    const recent = (this.#used.get(key) ?? []).filter((time) => time > now - this.#withinMs);
    if (recent.length >= this.#most) return false;
    this.#used.set(key, [...recent, now]);
    return true;
  }
}
