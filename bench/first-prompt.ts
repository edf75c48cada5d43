import { prepareRealAgent, startModelServer } from '@pilotlight/testkit';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openChat, startBenchServer, type BenchServer } from './bench-server.ts';
import { quantile, round, type Row } from './stats.ts';

/** An agent, and what makes it known to a server. */
interface Subject {
  id: string;
  name: string;
  rounds: number;
  prompt: string;
  prepare(dataFolder: string): void;
}

/** ms to the first words of a session's first prompt, and of the one after it. */
interface Sample {
  first: number[];
  next: number[];
}

const DEMO: Subject = { id: 'demo', name: 'demo', rounds: 10, prompt: '/echo hello', prepare: () => {} };
/** As the table of agents has them. */
const REAL = [
  { id: 'gemini', name: 'Gemini CLI', startsInFolder: true, opensAhead: false },
  { id: 'claude', name: 'Claude Code', startsInFolder: false, opensAhead: true },
  { id: 'codex', name: 'Codex', startsInFolder: false, opensAhead: true },
  { id: 'qwen', name: 'Qwen Code', startsInFolder: true, opensAhead: true },
] as const;

/** The first prompt of a new session: with the agent started for it, and with a spare. */
export async function measureFirstPrompt(): Promise<Row[]> {
  const rows = [await measure(DEMO)];
  const models = await startModelServer();
  try {
    for (const real of REAL) {
      const home = mkdtempSync(join(tmpdir(), 'pilotlight-bench-agent-'));
      const subject = await prepareReal(real, home, models.url);
      if (subject !== null) rows.push(await measure(subject));
      rmSync(home, { recursive: true, force: true });
    }
  } finally {
    await models.close();
  }
  return rows;
}

/** null where the agent is not installed. */
async function prepareReal(
  real: (typeof REAL)[number],
  home: string,
  modelUrl: string,
): Promise<Subject | null> {
  const agent = await prepareRealAgent(real.id, { home, modelUrl });
  if (![agent.command, ...agent.args].filter((each) => isAbsolute(each)).every((each) => existsSync(each)))
    return null;
  const { command, args, env, acp } = agent;
  const entry = { ...real, command, args, env, askMode: acp.askMode };
  const prepare = (dataFolder: string): void =>
    writeFileSync(join(dataFolder, 'agents.json'), JSON.stringify({ agents: [entry] }));
  return { id: real.id, name: real.name, rounds: 3, prompt: 'hello', prepare };
}

async function measure(subject: Subject): Promise<Row> {
  const cold = await sample(subject, false);
  const spare = await sample(subject, true);
  const [ours, theirs] = [quantile(spare.first, 0.5), quantile(cold.first, 0.5)];
  const ratio = theirs / ours;
  const warm = `${round(quantile(spare.next, 0.5), 1)} ms when warm`;
  return {
    what: `first prompt of a new session of ${subject.name} to its first frame, with a spare (${round(ours, 1)} ms) against a start (${round(theirs, 1)} ms); ${warm}, p50 of ${subject.rounds}`,
    figure: `${round(ratio, 1)} × sooner`,
    reach: '≥ 5 × sooner',
    ok: ratio >= 5,
  };
}

async function sample(subject: Subject, spares: boolean): Promise<Sample> {
  const server = await startBenchServer(subject.prepare, { PILOTLIGHT_SPARES: spares ? '1' : '0' });
  const measured: Sample = { first: [], next: [] };
  try {
    // What is done once, such as compiling the agent, is no part of it; and an agent must be used to get spares.
    await play(server, subject);
    for (let round = 0; round < subject.rounds; round++) {
      if (spares) await untilSpare(server, subject.id);
      const { first, next } = await play(server, subject);
      measured.first.push(first);
      measured.next.push(next);
    }
  } finally {
    await server.close();
  }
  return measured;
}

/** Two prompts in a session of its own, which is released afterwards. */
async function play(server: BenchServer, { id, prompt }: Subject): Promise<{ first: number; next: number }> {
  const chatId = await server.chat(id);
  const chat = await openChat(server, chatId);
  try {
    const first = (await chat.play(prompt)).firstMs;
    const next = (await chat.play(prompt)).firstMs;
    return { first, next };
  } finally {
    chat.close();
    await server.client.releaseAgentSession(chatId, id);
  }
}

async function untilSpare(server: BenchServer, agent: string): Promise<void> {
  const isSpare = ({ agent: id, chatIds, state }: { agent: string; chatIds: string[]; state: string }) =>
    id === agent && chatIds.length === 0 && state === 'ready';
  while (!(await server.client.listProcesses()).some(isSpare)) await pause(50);
  // Its own start has used the machine; what follows is measured at rest.
  await pause(200);
}
