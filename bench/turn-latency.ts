import { startBareClient } from './bare-client.ts';
import { openChat, startBenchServer } from './bench-server.ts';
import { quantile, round, type Row } from './stats.ts';

const WARM_UP = 30;

/**
 * Time a warm turn takes longer through the server (prompt sent → first frame) than at a bare client, in turns; and what it
 * takes longer still when the agent is the keeper's, as it is for users.
 */
export async function measureTurnLatency(turns = 400): Promise<Row[]> {
  const server = await startBenchServer();
  const keeping = await startBenchServer(undefined, { PILOTLIGHT_KEEPER: 'on' });
  const bare = await startBareClient();
  const chat = await openChat(server, await server.chat());
  const kept = await openChat(keeping, await keeping.chat());
  const ours: number[] = [];
  const theirs: number[] = [];
  const keepers: number[] = [];
  try {
    for (let i = 0; i < turns + WARM_UP; i++) {
      const direct = await bare.play('/echo hello');
      const through = await chat.play('/echo hello');
      const farther = await kept.play('/echo hello');
      if (i < WARM_UP) continue;
      theirs.push(direct.firstMs);
      ours.push(through.firstMs);
      keepers.push(farther.firstMs);
    }
  } finally {
    chat.close();
    kept.close();
    await bare.close();
    await server.close();
    await keeping.close();
  }
  const p50 = quantile(ours, 0.5) - quantile(theirs, 0.5);
  const p99 = quantile(ours, 0.99) - quantile(theirs, 0.5);
  const added = (share: number): number => quantile(keepers, share) - quantile(ours, share);
  const detail = (sample: number[]) => `${round(quantile(sample, 0.5))} ms`;
  return [
    {
      what: `warm turn, added to first frame, p50 of ${turns} (bare ${detail(theirs)}, through the server ${detail(ours)})`,
      figure: `${round(p50)} ms`,
      reach: '≤ 2 ms',
      ok: p50 <= 2,
    },
    {
      what: 'warm turn, added to first frame, p99 over the bare median',
      figure: `${round(p99)} ms`,
      reach: '≤ 10 ms',
      ok: p99 <= 10,
    },
    {
      what: `warm turn, what the keeper adds to that, p50 (${detail(keepers)} with it; p99 against p99 ${round(added(0.99))} ms)`,
      figure: `${round(added(0.5))} ms`,
      reach: '≤ 0.3 ms',
      ok: added(0.5) <= 0.3,
    },
  ];
}
