import { prepareRealAgent, startModelServer } from '@pilotlight/testkit';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBareClient, type BareProgram } from './bare-client.ts';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { newRepository } from './new-repository.ts';
import { openPlainChat } from './plain-client.ts';
import { quantile, round, type Row } from './stats.ts';

/** An agent, and what makes it known to a server. */
interface Subject {
  id: string;
  name: string;
  rounds: number;
  prompt: string;
  /** how the process says that it waits */
  spare: string;
  /** the program itself; null: it is not measured alone */
  program: Omit<BareProgram, 'cwd'> | null;
  prepare(dataFolder: string): void;
}

/** Who needs no longer than so many times the agent itself has left nothing to wait for. */
const ITS_OWN = 1.15;
/** What follows a start, of an agent alone too, is over by then; in practice a spare waits for longer still. */
const REST_MS = 2000;

const DEMO: Subject = {
  id: 'demo',
  name: 'demo',
  rounds: 10,
  prompt: '/echo hello',
  spare: 'Spare',
  program: null,
  prepare: () => {},
};
/** As the table of agents has them. */
const REAL = [
  { id: 'gemini', name: 'Gemini CLI', startsInFolder: true, opensAhead: true },
  { id: 'claude', name: 'Claude Code', startsInFolder: false, opensAhead: true },
  { id: 'codex', name: 'Codex', startsInFolder: false, opensAhead: true },
  { id: 'qwen', name: 'Qwen Code', startsInFolder: true, opensAhead: true },
] as const;

/** The first prompt of a new session: with the agent started for it, and with a spare. With a keeper, as users have it. */
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
  const { command, args, env, askMode } = agent;
  const entry = { ...real, command, args, env, askMode };
  const prepare = (dataFolder: string): void =>
    writeFileSync(join(dataFolder, 'agents.json'), JSON.stringify({ agents: [entry] }));
  const spare = real.opensAhead ? 'with one open in' : 'Spare';
  return {
    id: real.id,
    name: real.name,
    rounds: 9,
    prompt: 'hello',
    spare,
    program: { command, args, env, askMode },
    prepare,
  };
}

async function measure(subject: Subject): Promise<Row> {
  const { cold, spare, alone } = await sample(subject);
  const [ours, theirs] = [quantile(spare.first, 0.5), quantile(cold, 0.5)];
  const ratio = theirs / ours;
  const itself = subject.program === null ? null : quantile(alone, 0.5);
  const overItself = itself === null ? Number.POSITIVE_INFINITY : ours / itself;
  const warm = `${round(quantile(spare.next, 0.5), 1)} ms when warm`;
  const bound =
    itself === null
      ? ''
      : `, ${round(itself, 1)} ms the agent alone with a session open (${round(overItself, 2)} × that)`;
  return {
    what: `first prompt of a new session of ${subject.name} in a new worktree to its first frame, with a spare (${round(ours, 1)} ms) against a start (${round(theirs, 1)} ms); ${warm}${bound}, p50 of ${subject.rounds} rounds`,
    figure: `${round(ratio, 1)} × sooner`,
    reach: itself === null ? '≥ 5 × sooner' : `≥ 5 × sooner, or within ${ITS_OWN} × of the agent alone`,
    ok: ratio >= 5 || overItself <= ITS_OWN,
  };
}

interface Samples {
  /** ms to the first words of a first prompt for which its agent was started */
  cold: number[];
  /** … for which a spare waited, and of the prompt after it */
  spare: { first: number[]; next: number[] };
  /** … of the agent alone */
  alone: number[];
}

/** One after another in each round, since a shared machine is quicker at one time than at another. */
async function sample(subject: Subject): Promise<Samples> {
  const samples: Samples = { cold: [], spare: { first: [], next: [] }, alone: [] };
  await using cold = await openPlace(subject, '0');
  await using spare = await openPlace(subject, '1');
  let last = await play(spare, subject);
  await play(cold, subject);
  for (let round = 0; round < subject.rounds; round++) {
    await untilSpare(spare.server, subject, last.folder);
    samples.cold.push((await play(cold, subject)).first);
    if (subject.program !== null) samples.alone.push(await playAlone(subject, subject.program, cold.folder));
    await pause(REST_MS);
    last = await play(spare, subject);
    samples.spare.first.push(last.first);
    samples.spare.next.push(last.next);
  }
  return samples;
}

/** A server with a project. */
interface OpenPlace extends AsyncDisposable {
  server: BenchServer;
  projectId: string;
  folder: string;
}

/** What is done once, such as compiling the agent, is no part of it, and an agent must be used to get spares: so it is played in first. */
async function openPlace(subject: Subject, spares: string): Promise<OpenPlace> {
  const server = await startBenchServer(subject.prepare, {
    PILOTLIGHT_SPARES: spares,
    PILOTLIGHT_KEEPER: 'on',
  });
  const folder = newRepository();
  const { id: projectId } = await server.client.createProject({ path: folder });
  return {
    server,
    projectId,
    folder,
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * ms to the first words of the first prompt of the agent alone, started, at rest, with a session open in the mode in which ours
 * are: what no preparation can go below.
 */
async function playAlone(
  { prompt }: Subject,
  program: Omit<BareProgram, 'cwd'>,
  cwd: string,
): Promise<number> {
  const agent = await startBareClient({ ...program, cwd });
  await pause(REST_MS);
  const { firstMs } = await agent.play(prompt);
  await agent.close();
  return firstMs;
}

/** As the page does it: two prompts in a session with a worktree of its own, which is released afterwards. */
async function play({ server, projectId }: OpenPlace, { id: agent, prompt }: Subject) {
  const { session, chat: made } = await server.client.createSession({ projectId, agent, about: prompt });
  const chat = await openPlainChat(server, made.id);
  try {
    const first = (await chat.play(prompt)).firstMs;
    const next = (await chat.play(prompt)).firstMs;
    const { worktree } = await server.client.getSession(session.id);
    return { first, next, folder: worktree?.path ?? '' };
  } finally {
    await chat.close();
    await server.client.releaseAgentSession(made.id, agent);
  }
}

/** `last`: the folder of the session before, in which none is of use. */
async function untilSpare(server: BenchServer, { id, spare }: Subject, last: string): Promise<void> {
  const isSpare = ({ agent, chatIds, why }: { agent: string; chatIds: string[]; why: string }) =>
    agent === id && chatIds.length === 0 && why.includes(spare) && !why.endsWith(last);
  while (!(await server.client.listProcesses()).some(isSpare)) await pause(50);
}
