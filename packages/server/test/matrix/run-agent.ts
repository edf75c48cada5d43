import type { RealAgentId } from '@pilotlight/testkit';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ability } from './ability.ts';
import { AgentBench } from './agent-bench.ts';
import { fails, works, type Cell } from './cell.ts';

/** One ability of one agent. It may wait for retries of the agent, or for what a killed process of it has locked. */
const ABILITY_MS = 240_000;
/** What took longer says so. */
const LONG_MS = 60_000;

/** Asks one agent all these questions, one after the other. A question that goes wrong does not spoil the next. */
export async function runAgent(
  id: RealAgentId,
  abilities: readonly Ability[],
  onCell: (ability: Ability, cell: Cell) => void = () => {},
): Promise<Record<string, Cell>> {
  await using bench = await AgentBench.open(id);
  const cells: Record<string, Cell> = {};
  for (const ability of abilities) {
    const begun = performance.now();
    const cell = withTime(await judge(bench, ability), performance.now() - begun);
    if (cell.result === 'fails') await bench.recover();
    cells[ability.id] = cell;
    onCell(ability, cell);
  }
  return cells;
}

function withTime(cell: Cell, ms: number): Cell {
  if (cell.result !== 'works' || ms < LONG_MS) return cell;
  return works([cell.note, `after ${Math.round(ms / 1000)} s`].filter(Boolean).join(', '));
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
