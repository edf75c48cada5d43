/**
 * While the machine sleeps its timers stand still, and its clock may be set: a timer set for tomorrow comes hours late. So the
 * time is looked at this often.
 */
const LONGEST_MS = 30_000;

/** The time, and who is called when a time has come. One for a whole server, so that a test can move it. */
export interface Clock {
  /** epoch ms */
  now(): number;
  /** Calls once, at that time (epoch ms) or as soon as it is past, never before this returns. Disposing ends it. */
  at(time: number, run: () => void): Disposable;
}

export const systemClock: Clock = {
  now: Date.now,
  at(time, run) {
    let timer: NodeJS.Timeout;
    const look = (): void => {
      const left = time - Date.now();
      if (left <= 0) run();
      else arm(left);
    };
    const arm = (ms: number): void => {
      timer = setTimeout(look, Math.min(Math.max(0, ms), LONGEST_MS)).unref();
    };
    arm(time - Date.now());
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
