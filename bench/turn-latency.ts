import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startBareClient } from './bare-client.ts';
import { openChat, startBenchServer } from './bench-server.ts';
import { newRepository } from './new-repository.ts';
import { openPlainChat } from './plain-client.ts';
import { quantile, round, type Row } from './stats.ts';

/** Turns until the engine has compiled what each turn runs, on both sides: a server that was used for a minute. */
const WARM_UP = 300;

/** Time a warm turn takes longer through the server (prompt sent → first frame) than at a bare client, in turns. */
export async function measureTurnLatency(turns = 400): Promise<Row[]> {
  const server = await startBenchServer();
  const bare = await startBareClient();
  const chat = await openPlainChat(server, await server.chat());
  const chatOfClient = await openChat(server, await server.chat());
  const theirs: number[] = [];
  const ours: number[] = [];
  const ofClient: number[] = [];
  try {
    for (let i = 0; i < turns + WARM_UP; i++) {
      const direct = await bare.play('/echo hello');
      const through = await chat.play('/echo hello');
      if (i < WARM_UP) continue;
      theirs.push(direct.firstMs);
      ours.push(through.firstMs);
    }
    for (let i = 0; i < turns / 2 + WARM_UP; i++) {
      const { firstMs } = await chatOfClient.play('/echo hello');
      if (i >= WARM_UP) ofClient.push(firstMs);
    }
  } finally {
    await chat.close();
    chatOfClient.close();
    await bare.close();
    await server.close();
  }
  const p50 = quantile(ours, 0.5) - quantile(theirs, 0.5);
  const p99 = quantile(ours, 0.99) - quantile(theirs, 0.5);
  const detail = `bare ${median(theirs)}, through the server ${median(ours)}; ${median(ofClient)} with our own client on Node's fetch and WebSocket`;
  return [
    {
      what: `warm turn, added to first frame, p50 of ${turns} (${detail})`,
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
    ...(await measureKeptTurn(turns)),
    await measureTurnInWorktree(turns / 2),
  ];
}

/** A person reads what was said before the next prompt; until then the state after the turn is kept. */
const READING_MS = 150;

/** What such a turn takes longer in a worktree, whose state is kept before and after it: two chats of one server, with the keeper, in turns. */
async function measureTurnInWorktree(turns: number): Promise<Row> {
  const server = await startBenchServer(undefined, { PILOTLIGHT_KEEPER: 'on' });
  const folder = newRepository();
  const { id: projectId } = await server.client.createProject({ path: folder });
  const { chat: inWorktree } = await server.client.createSession({ projectId, agent: 'demo' });
  const plain = await openPlainChat(server, await server.chat());
  const kept = await openPlainChat(server, inWorktree.id);
  const without: number[] = [];
  const withStates: number[] = [];
  try {
    for (let i = 0; i < turns + WARM_UP / 3; i++) {
      const one = await plain.play('/echo hello');
      await pause(READING_MS);
      const other = await kept.play('/echo hello');
      await pause(READING_MS);
      if (i < WARM_UP / 3) continue;
      without.push(one.firstMs);
      withStates.push(other.firstMs);
    }
  } finally {
    await plain.close();
    await kept.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const added = quantile(withStates, 0.5) - quantile(without, 0.5);
  return {
    what: `warm turn in a worktree, what keeping its states adds to that, p50 of ${turns} (${median(without)} in a folder, ${median(withStates)} in a worktree)`,
    figure: `${round(added)} ms`,
    reach: '≤ 1 ms',
    ok: added <= 1,
  };
}

/** What such a turn takes longer still when the agent is the keeper's, as it is for users: two servers in turns. */
async function measureKeptTurn(turns: number): Promise<Row[]> {
  const server = await startBenchServer();
  const keeping = await startBenchServer(undefined, { PILOTLIGHT_KEEPER: 'on' });
  const chat = await openPlainChat(server, await server.chat());
  const kept = await openPlainChat(keeping, await keeping.chat());
  const own: number[] = [];
  const keepers: number[] = [];
  try {
    for (let i = 0; i < turns + WARM_UP; i++) {
      const one = await chat.play('/echo hello');
      const other = await kept.play('/echo hello');
      if (i < WARM_UP) continue;
      own.push(one.firstMs);
      keepers.push(other.firstMs);
    }
  } finally {
    await chat.close();
    await kept.close();
    await server.close();
    await keeping.close();
  }
  const added = (share: number): number => quantile(keepers, share) - quantile(own, share);
  const detail = `${median(own)} without, ${median(keepers)} with it; p99 against p99 ${round(added(0.99))} ms`;
  return [
    {
      what: `warm turn, what the keeper adds to that, p50 (${detail})`,
      figure: `${round(added(0.5))} ms`,
      reach: '≤ 0.3 ms',
      ok: added(0.5) <= 0.3,
    },
  ];
}

function median(sample: number[]): string {
  return `${round(quantile(sample, 0.5))} ms`;
}
