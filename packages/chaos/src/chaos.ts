import type { Weights } from './disturbances.ts';
import type { Cast } from './cast.ts';
import type { Home } from './home.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { judge, referenceOf } from './verdict.ts';

export interface ChaosOptions {
  /** path of the program of the `pilotlight` command */
  command: string;
  seed: number;
  /** how long it disturbs */
  ms: number;
  everyMs: number;
  weights: Weights;
  cast: Cast;
  fillDisk: boolean;
  expectTakeover: boolean;
  /** whose folders stay for a look */
  keep: 'all' | 'unsound' | 'none';
  signal: AbortSignal;
  print(line: string): void;
}

/** An undisturbed run, then a disturbed one that is judged by it. True when nothing was wrong with either. */
export async function chaos(options: ChaosOptions): Promise<boolean> {
  const { command, seed, cast, ms, everyMs, weights, fillDisk, expectTakeover, signal, print } = options;
  print(`seed          ${seed}`);
  const calm = await run({ command, seed, cast, chaos: null, signal });
  const calmProblems = judge(calm.record, { reference: null, expectTakeover: true });
  if (calmProblems.length > 0) {
    print('without any disturbance:');
    for (const line of report(calm.record, calmProblems, calm.starts)) print(line);
    leave(calm.home, options);
    return false;
  }
  calm.home.remove();
  const disturbed = await run({ command, seed, cast, chaos: { ms, everyMs, weights, fillDisk }, signal });
  const problems = judge(disturbed.record, { reference: referenceOf(calm.record), expectTakeover });
  for (const line of report(disturbed.record, problems, disturbed.starts)) print(line);
  if (disturbed.diskSkipped) print('disk-full     left out: no disk could be mounted');
  if (problems.length === 0 && options.keep !== 'all') disturbed.home.remove();
  else leave(disturbed.home, options);
  return problems.length === 0;
}

/** The folders of a run in which something was wrong stay for a look, unless somebody gave it up. */
function leave(home: Home, { signal, keep, print }: ChaosOptions): void {
  if (signal.aborted || keep === 'none') return home.remove();
  home.keep();
  print(`kept          ${home.folder}`);
}
