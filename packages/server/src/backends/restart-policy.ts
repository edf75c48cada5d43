/** A life shorter than this counts as a failure. */
export const STABLE_MS = 10_000;

export interface RestartLimits {
  /** failures in a row that are only waited out; after more of them a start is refused until the pause is over */
  patientFailures: number;
  firstPauseMs: number;
  /** how many times as long the pause is after each further failure */
  growth: number;
  longestPauseMs: number;
}

const DEFAULTS: RestartLimits = {
  patientFailures: 2,
  firstPauseMs: 250,
  growth: 4,
  longestPauseMs: 60_000,
};

/** Bounds how often something that fails is started: a longer pause after each failure in a row. */
export class RestartPolicy {
  readonly #limits: RestartLimits;
  #failures = 0;
  #notBefore = 0;

  constructor(limits: RestartLimits = DEFAULTS) {
    this.#limits = limits;
  }

  get failures(): number {
    return this.#failures;
  }

  /** What to do now (epoch ms): start after so many ms, or refuse for so many. */
  next(now: number): { kind: 'start' | 'refuse'; ms: number } {
    const ms = Math.max(0, this.#notBefore - now);
    return { kind: ms > 0 && this.#failures > this.#limits.patientFailures ? 'refuse' : 'start', ms };
  }

  /** A life ended, or did not begin (`livedMs` 0). */
  ended(now: number, livedMs: number): void {
    const { firstPauseMs, growth, longestPauseMs } = this.#limits;
    this.#failures = livedMs < STABLE_MS ? this.#failures + 1 : 1;
    const pause = firstPauseMs * growth ** (this.#failures - 1);
    this.#notBefore = livedMs < STABLE_MS ? now + Math.min(pause, longestPauseMs) : now;
  }
}
