/**
 * Runs `work` and answers how long it held the event loop at a stretch: the most processor time (in ms) this thread used
 * between two turns of the loop, so that what else the machine does is not counted.
 */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = used();
  let next: NodeJS.Immediate;
  const turn = (): void => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
    next = setImmediate(turn);
  };
  next = setImmediate(turn);
  try {
    await work();
    return Math.max(longest, used() - last);
  } finally {
    clearImmediate(next);
  }
}
