import type { Disturbance, Problem, RunRecord } from './records.ts';
import { disturbancesOf } from './excuses.ts';

const PROBLEMS_SHOWN = 20;

/** The figures of a run, and its first problems, in lines. */
export function report(run: RunRecord, problems: readonly Problem[], starts: number): string[] {
  const submissions = run.chats.flatMap((chat) => chat.submissions);
  const turns = run.chats.flatMap((chat) => chat.turns);
  const accepted = submissions.filter((one) => one.accepted).length;
  const kills = run.disturbances.filter(({ kind }) => kind.endsWith('-kill')).length;
  const sum = (name: 'frames' | 'snapshots' | 'skipped' | 'connections'): number =>
    run.topics.reduce((total, topic) => total + topic[name], 0);
  const count = (test: (problem: Problem) => boolean): number => problems.filter(test).length;
  return [
    `prompts       ${submissions.length} sent, ${accepted} accepted in ${submissions.reduce((total, { attempts }) => total + attempts, 0)} calls`,
    `turns         ${tally(turns.map(({ state }) => state))}`,
    `answers       ${run.chats.flatMap(({ answers }) => answers).length} questions`,
    `disturbances  ${tally(run.disturbances.map(({ kind }) => kind)) || 'none'}`,
    `kills         ${kills}; servers started: ${starts}`,
    `longest outage  ${longestOutage(run.disturbances)} ms`,
    `frames        ${sum('frames')} in ${run.topics.length} topics, ${sum('connections')} connections, ${sum('snapshots')} snapshots, ${sum('skipped')} frames folded meanwhile`,
    `lost ${count(({ what }) => what.includes('lost'))}, run twice ${count(({ what }) => what.includes('twice'))}, frames out of order ${count(({ what }) => what === 'frames')}, differing transcripts ${count(({ what }) => what.includes('differs'))}, processes left ${run.survivors.length}`,
    ...endings(run),
    ...(problems.length === 0 ? ['no problem'] : [`${problems.length} problems:`]),
    ...problems.slice(0, PROBLEMS_SHOWN).map(inWords),
  ];
}

export function inWords({ what, chat, turn, seq, detail }: Problem): string {
  const where = [chat, turn, seq === undefined ? undefined : `seq ${seq}`].filter(
    (part) => part !== undefined,
  );
  return `✗ ${what} [${where.join(', ')}] ${detail}`;
}

/** Per kind of disturbance in a turn's time how turns ended, and why they were interrupted or failed. */
function endings(run: RunRecord): string[] {
  const byKind = new Map<string, string[]>();
  const reasons: string[] = [];
  for (const turn of run.chats.flatMap((chat) => chat.turns)) {
    for (const kind of new Set(disturbancesOf(turn, run.disturbances).map((one) => one.kind)))
      byKind.set(kind, [...(byKind.get(kind) ?? []), turn.state]);
    if (turn.state === 'failed' || turn.state === 'interrupted')
      reasons.push(`${turn.state}, ${turn.error?.code}: ${turn.error?.message.slice(0, 100)}`);
  }
  return [
    ...[...byKind].map(([kind, states]) => `  in the time of ${kind}: ${tally(states)}`),
    ...grouped(reasons).map(([reason, times]) => `  ${times} × ${reason}`),
  ];
}

function longestOutage(disturbances: readonly Disturbance[]): number {
  const lengths = disturbances.map(({ kind, at, until }) => (kind === 'server-kill' ? until - at : 0));
  return Math.max(0, ...lengths);
}

function tally(words: readonly string[]): string {
  return grouped(words)
    .map(([word, times]) => `${times} ${word}`)
    .join(', ');
}

function grouped(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
