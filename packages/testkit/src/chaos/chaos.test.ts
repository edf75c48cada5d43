/** A short run of the whole: a real server that is killed, its agents, its clients. */
import { chaos, USUAL } from '@pilotlight/chaos';
import { expect, it } from 'vitest';
import { castOf } from './cast.ts';
import { COMMAND } from './command.ts';

// Processes are found in /proc.
it.runIf(process.platform === 'linux')('a killed server loses nothing', { timeout: 90_000 }, async () => {
  const lines: string[] = [];
  const isSound = await chaos({
    command: COMMAND,
    seed: 20,
    ms: 12_000,
    everyMs: 900,
    weights: USUAL,
    cast: castOf({ acp: 'scripted', opencode: false }),
    fillDisk: false,
    expectTakeover: true,
    keep: 'unsound',
    signal: new AbortController().signal,
    print: (line) => lines.push(line),
  });
  // The report is the message.
  expect(isSound ? [] : lines).toEqual([]);
});
