/** A life shorter than this counts as a failure. */
const STABLE_MS = 10_000;
/** Failures in a row that are only waited out; after more of them a start is refused until the pause is over. */
const PATIENT_FAILURES = 2;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/** Bounds how often a failing server is started: a pause four times as long after each failure in a row. */
export class RestartPolicy {
  #failures = 0;
  #notBefore = 0;

  /** What to do now (epoch ms): start after so many ms, or refuse for so many. */
  next(now: number): { kind: 'start' | 'refuse'; ms: number } {
    const ms = Math.max(0, this.#notBefore - now);
    return { kind: ms > 0 && this.#failures > PATIENT_FAILURES ? 'refuse' : 'start', ms };
  }

  /** A life ended, or did not begin (`livedMs` 0). */
  ended(now: number, livedMs: number): void {
    this.#failures = livedMs < STABLE_MS ? this.#failures + 1 : 1;
    const pause = FIRST_PAUSE_MS * 4 ** (this.#failures - 1);
    this.#notBefore = livedMs < STABLE_MS ? now + Math.min(pause, LONGEST_PAUSE_MS) : now;
  }
}
