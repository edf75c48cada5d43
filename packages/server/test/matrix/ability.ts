import type { AgentBench } from './agent-bench.ts';
import type { Cell } from './cell.ts';

/** One question that is put to every agent, in the same way. */
export interface Ability {
  /** in the record; never changed */
  readonly id: string;
  /** in the table */
  readonly title: string;
  /** asked by `npm test` too */
  readonly core: boolean;
  /** Throws when something is not as it must be; the message is the reason then. */
  judge(bench: AgentBench): Promise<Cell>;
}
