import { createClient, type Client } from '@pilotlight/client';
import { chatTopic, INDEX_TOPIC, type Chat, type MessagePage } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { Answering } from './answering.ts';
import type { Cast } from './cast.ts';
import { ChatDriver } from './chat-driver.ts';
import { Disturber, type Weights } from './disturbances.ts';
import { Home } from './home.ts';
import { RunProcesses } from './processes.ts';
import type { ChatRecord, RunRecord, Submission } from './records.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServerProcess } from './server-process.ts';
import { freshSnapshot, TopicReader } from './topic-reader.ts';

/** After the last disturbance every turn must have ended within this time. */
const PATIENCE_MS = 90_000;
/** A process that was told to end is gone within this time. */
const GONE_MS = 10_000;

export interface RunOptions {
  /** path of the command's program */
  command: string;
  seed: number;
  cast: Cast;
  /** null: an undisturbed run that says every line once */
  chaos: { ms: number; everyMs: number; weights: Weights; fillDisk: boolean } | null;
  /** aborted: the run ends as soon as it can */
  signal: AbortSignal;
}

export interface RunResult {
  record: RunRecord;
  home: Home;
  /** a disk was asked for, and there is none */
  diskSkipped: boolean;
  starts: number;
}

/** One run on a data folder of its own. It leaves no process behind; the folders are the caller's to remove. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { cast, chaos } = options;
  const home = new Home({ smallDisk: chaos?.fillDisk ?? false });
  await using company = await cast.open(home.folder);
  home.writeAgents(company.entries);
  const processes = new RunProcesses(home.folder, home.dataFolder);
  const killAll = (): void => processes.killAll();
  const leaveNothing = (): void => {
    killAll();
    home.remove();
  };
  process.once('exit', leaveNothing);
  const failures: string[] = [];
  const broken = new AbortController();
  const server = new ServerProcess(home.dataFolder, {
    command: options.command,
    env: home.env(),
    log: home.serverLog,
    onCrash: (how) => broken.abort(new Error(`${how}: ${home.lastOfServerLog()}`)),
  });
  const record: RunRecord = {
    chats: [],
    topics: [],
    disturbances: [],
    deliveries: new Map(),
    effects: new Map(),
    survivors: [],
    failures,
  };
  try {
    await talk(options, { home, server, processes, record, broken: broken.signal });
    record.deliveries = home.deliveries(company);
    record.effects = home.effects();
    const code = await server.stop();
    if (code !== 0 && !options.signal.aborted) failures.push(`the server ended with code ${code}`);
    record.survivors = await survivors(processes);
  } catch (error) {
    failures.push(options.signal.aborted ? 'the run was given up' : String((error as Error).stack ?? error));
  } finally {
    killAll();
    await server.kill();
    process.off('exit', leaveNothing);
  }
  const diskSkipped = (chaos?.fillDisk ?? false) && home.disk === null;
  return { record, home, diskSkipped, starts: server.starts };
}

interface Stage {
  home: Home;
  server: ServerProcess;
  processes: RunProcesses;
  record: RunRecord;
  /** aborted: there is no server any more, and there should be */
  broken: AbortSignal;
}

async function talk({ seed, cast, chaos, signal }: RunOptions, stage: Stage): Promise<void> {
  const { home, server, processes, record, broken } = stage;
  const random = new SeededRandom(seed);
  const { address } = server;
  await server.start();
  const chats = await openChats(createClient(await address()), home.newRepository(), cast);
  const end = new AbortController();
  const giveUp = AbortSignal.any([signal, broken, end.signal]);
  using stack = new DisposableStack();
  const follow = (topic: string): TopicReader => stack.use(new TopicReader(topic, address));
  const index = follow(INDEX_TOPIC);
  const speakers = chats.map((chat, n) => {
    const reader = follow(chatTopic(chat.id));
    const name = `c${n}`;
    const driver = new ChatDriver({
      name,
      run: chaos === null ? 'calm' : `s${seed}`,
      agent: chat.agent,
      chatId: chat.id,
      reader,
      random: random.branch(name),
      effectsFile: home.effectsFile,
      address,
    });
    const answering = stack.use(new Answering(reader, address, giveUp));
    return { chat, name, reader, driver, answering };
  });
  const readers = [index, ...speakers.map(({ reader }) => reader)];

  const until = Date.now() + (chaos?.ms ?? 0);
  const isOver = (): boolean => Date.now() >= until || giveUp.aborted;
  const talking = Promise.all(
    speakers.map(({ driver }) =>
      chaos === null ? driver.sayEveryLine(giveUp) : driver.talk(isOver, giveUp),
    ),
  );
  talking.catch(() => {});
  if (chaos !== null) {
    const { weights, everyMs } = chaos;
    const onFailure = (text: string): void => void record.failures.push(text);
    const disturber = new Disturber({
      server,
      processes,
      readers,
      disk: home.disk,
      random: random.branch('disturbances'),
      weights,
      everyMs,
      onFailure,
    });
    record.disturbances = disturber.done;
    await disturber.disturb(until, AbortSignal.any([signal, broken]));
  }
  const timer = setTimeout(() => end.abort(new Error('turns do not end')), PATIENCE_MS);
  await talking
    .catch((error: unknown) => {
      if (signal.aborted || broken.aborted) throw error;
      record.failures.push(String(error));
    })
    .finally(() => clearTimeout(timer));

  const client = createClient(await address());
  for (const reader of readers) await compare(reader, address);
  for (const { chat, name, driver, answering } of speakers)
    record.chats.push({
      ...(await transcript(client, chat, driver.submissions)),
      name,
      places: [...(await worktreeOf(client, chat)), home.folder],
      submissions: driver.submissions,
      answers: [...answering.answers.values()],
    });
  record.topics = readers.map((reader) => reader.record());
  processes.children();
}

/** Two chats of the demo agent that share its process, one more, and as many of the others. */
async function openChats(client: Client, repository: string, cast: Cast): Promise<Chat[]> {
  const project = await client.createProject({ path: repository });
  const chats: Chat[] = [];
  for (const [first, second] of [
    ['demo', 'demo'],
    ['demo', cast.beside],
    [cast.alone, cast.alone],
  ] as const) {
    const made = await client.createSession({ projectId: project.id, agent: first });
    chats.push(made.chat, await client.createChat(made.session.id, { agent: second }));
  }
  return chats;
}

/** Somebody who comes now must see what somebody saw who was there all the time. */
async function compare(reader: TopicReader, address: Stage['server']['address']): Promise<void> {
  for (let n = 0; n < 20; n++) {
    const fresh = await freshSnapshot(await address(), reader.check.topic);
    await reader.until((state) => state.seq >= fresh.seq, AbortSignal.timeout(10_000)).catch(() => null);
    // When something came in between, both look again.
    if (reader.state !== null && reader.state.seq > fresh.seq) continue;
    reader.check.compare(fresh);
    return;
  }
}

async function transcript(
  client: Client,
  { id, agent }: Chat,
  submissions: readonly Submission[],
): Promise<Pick<ChatRecord, 'agent' | 'chatId' | 'turns' | 'messages' | 'permissions'>> {
  const pages: MessagePage[] = [];
  for (let before: string | undefined; ;) {
    const page = await client.listMessages(id, { limit: 500, ...(before === undefined ? {} : { before }) });
    pages.unshift(page);
    before = page.messages[0]?.id;
    if (!page.hasEarlier || before === undefined) break;
  }
  const turns = new Map(pages.flatMap((page) => page.turns.map((turn) => [turn.id, turn])));
  const permissions = pages.flatMap((page) => page.permissions);
  // One that was cancelled while it waited has no message, and so no page.
  for (const { turnId, accepted } of submissions) {
    if (!accepted || turns.has(turnId)) continue;
    const turn = await client.getTurn(turnId).catch(() => null);
    if (turn !== null) turns.set(turnId, turn);
  }
  return {
    agent,
    chatId: id,
    turns: [...turns.values()],
    messages: pages.flatMap((page) => page.messages),
    permissions: [...new Map(permissions.map((one) => [one.id, one])).values()],
  };
}

async function worktreeOf(client: Client, { sessionId }: Chat): Promise<string[]> {
  const { worktree } = await client.getSession(sessionId);
  return worktree === null ? [] : [worktree.path];
}

/** What is left after the end, when it had its time to go. */
async function survivors(processes: RunProcesses): Promise<string[]> {
  const until = Date.now() + GONE_MS;
  for (;;) {
    const left = processes.marked().map(({ words }) => words);
    if (left.length === 0 || Date.now() > until) return left;
    await delay(50);
  }
}
