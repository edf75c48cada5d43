import type { RealAgentId } from '@pilotlight/testkit';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ability } from './ability.ts';
import { AgentBench } from './agent-bench.ts';
import { fails, type Cell } from './cell.ts';

/** One ability of one agent; it may wait for retries of the agent. */
const ABILITY_MS = 90_000;

/** Asks one agent all these questions, one after the other. A question that goes wrong does not spoil the next. */
export async function runAgent(
  id: RealAgentId,
  abilities: readonly Ability[],
  onCell: (ability: Ability, cell: Cell) => void = () => {},
): Promise<Record<string, Cell>> {
  await using bench = await AgentBench.open(id);
  const cells: Record<string, Cell> = {};
  for (const ability of abilities) {
    const cell = await judge(bench, ability);
    if (cell.result === 'fails') await bench.recover();
    cells[ability.id] = cell;
    onCell(ability, cell);
  }
  return cells;
}

async function judge(bench: AgentBench, ability: Ability): Promise<Cell> {
  const done = new AbortController();
  const late = wait(ABILITY_MS, fails(`nothing came of it in ${ABILITY_MS / 1000} s`), {
    signal: done.signal,
  });
  try {
    return await Promise.race([ability.judge(bench), late]);
  } catch (error) {
    return fails(error instanceof Error ? error.message : String(error));
  } finally {
    done.abort();
    await late.catch(() => {});
  }
}
