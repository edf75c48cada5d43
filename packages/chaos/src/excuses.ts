import type { Turn } from '@pilotlight/protocol';
import type { Disturbance, DisturbanceKind } from './records.ts';

/** The end of an agent is noticed, and its circuit closes again, within this time. */
const AFTERMATH_MS = 2500;

/** What may end a turn otherwise than well. A client that goes and a process that pauses may not. */
const ENDS_TURNS: ReadonlySet<DisturbanceKind> = new Set([
  'agent-kill',
  'opencode-kill',
  'keeper-kill',
  'disk-full',
]);

/** The disturbances in the time of a turn that concern it. */
export function disturbancesOf(turn: Turn, all: readonly Disturbance[]): Disturbance[] {
  const from = turn.startedAt ?? turn.createdAt;
  const to = turn.endedAt ?? Infinity;
  return all.filter(
    (one) =>
      one.at <= to &&
      one.until + (ENDS_TURNS.has(one.kind) ? AFTERMATH_MS : 0) >= from &&
      (one.chatIds === null || one.chatIds.includes(turn.chatId)) &&
      (one.agent === null || one.kind === 'keeper-kill' || sameAgent(one.agent, turn.agent)),
  );
}

/** Why a turn was allowed to end as failed or interrupted; empty when it was not. */
export function excusesOf(
  turn: Turn,
  all: readonly Disturbance[],
  expectTakeover: boolean,
): DisturbanceKind[] {
  const kinds = disturbancesOf(turn, all).map(({ kind }) => kind);
  const excused = kinds.filter((kind) => ENDS_TURNS.has(kind));
  if (!expectTakeover && turn.state === 'interrupted')
    excused.push(...kinds.filter((kind) => kind === 'server-kill'));
  return [...new Set(excused)];
}

/** The ledger says an agent's name, a turn its id. */
function sameAgent(owner: string, agent: string): boolean {
  return (
    owner
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '')
      .startsWith(agent) || agent.startsWith(owner.toLowerCase())
  );
}
