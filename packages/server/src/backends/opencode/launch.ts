import { PilotlightError } from '@pilotlight/protocol';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { ChildProcessPort, ProcessExit, ProcessPort } from '@pilotlight/keeper';
import type { AgentSpec, ResolvedAgent } from '../agent-spec.ts';
import { OpenCodeConnection } from './connection.ts';
import { asObject, asString } from './wire.ts';

const PORT_ATTEMPTS = 4;
const HEALTH_MS = 10_000;
/** Version 2 says the same without its name in front. */
const READY = /^(opencode )?server listening on (https?:\/\/\S+)/m;
const PORT_TAKEN = /ServeError|EADDRINUSE|in use/;
/** There is no signal handler in it: SIGTERM ends it at once, except while it installs something. Stdin means nothing to it. */
export const KILL = { stdinMs: 0, termMs: 2000, killMs: 5000 };

/** A server that answers, with its event stream open. */
export interface LaunchedServer {
  child: ChildProcessPort;
  connection: OpenCodeConnection;
  port: number;
  password: string;
  version: string;
  /** epoch ms since when it is ours, after an earlier life of ours had started it; null: this life started it */
  adoptedAt: number | null;
}

/** What is said of an agent in errors. */
type Described = Pick<AgentSpec, 'name' | 'command' | 'install' | 'hint'>;

export interface LaunchOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  /** where it runs; what it works on is said with every request */
  cwd: string;
  /** the process exists; it may not answer yet */
  onSpawned(child: ChildProcessPort, port: number, password: string): void;
}

/**
 * Starts `opencode serve` on a port of our choosing with a password of its own.
 * @throws PilotlightError `agent_not_installed`, `agent_failed`, `agent_timeout`, `agent_unsupported`
 */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const password = randomBytes(24).toString('base64url');
    const child = await spawnServer(options, port, password);
    try {
      await ready(child, options.agent);
      const up = await connected(options.agent, port, password, HEALTH_MS);
      return { child, port, password, ...up, adoptedAt: null };
    } catch (error) {
      await child.end(KILL);
      // Somebody took the port between our look and its start.
      if (attempt >= PORT_ATTEMPTS || !PORT_TAKEN.test(child.stderrTail())) throw error;
    }
  }
}

/** By what a later life of ours knows the server of an agent among the processes that were left. */
export function serverTag(agentId: string): string {
  return JSON.stringify({ backend: 'opencode_server', agent: agentId });
}

async function spawnServer(
  options: LaunchOptions,
  port: number,
  password: string,
): Promise<ChildProcessPort> {
  const { agent, processes, cwd } = options;
  // Its own default for a missing port is 4096 before anything else.
  const args = [...agent.args, '--hostname=127.0.0.1', `--port=${port}`];
  const env = serverEnv(agent.processEnv, password);
  const child = await processes.spawn({
    owner: agent.id,
    command: agent.command,
    args,
    cwd,
    env,
    tag: serverTag(agent.id),
  });
  options.onSpawned(child, port, password);
  return child;
}

function serverEnv(base: Record<string, string>, password: string): Record<string, string> {
  // An empty flag keeps it from starting; another user name would refuse ours; without its own page it would forward
  // unknown requests, headers included, to a server of its makers.
  const unwanted = new Set(['OPENCODE_SERVER_USERNAME', 'OPENCODE_DISABLE_EMBEDDED_WEB_UI']);
  const kept = Object.entries(base).filter(
    ([name, value]) => !unwanted.has(name) && !(name.startsWith('OPENCODE_') && value === ''),
  );
  return { ...Object.fromEntries(kept), OPENCODE_SERVER_PASSWORD: password };
}

/** A port nobody has at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Resolves at the line that says so. stdout is read on until it ends, so that the server never waits for us. */
async function ready(child: ChildProcessPort, agent: ResolvedAgent): Promise<void> {
  const said = Promise.withResolvers<string | null>();
  void readLine(child, said.resolve).catch(() => said.resolve(null));
  const exit = child.exited.then((ended) => {
    throw startFailed(agent, child, ended);
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(startTooSlow(agent, child)), agent.deadlines.initialize);
  try {
    const prefix = await Promise.race([said.promise, exit, late.promise]);
    if (prefix === null) await Promise.race([exit, late.promise]);
    if (prefix === '') throw unsupported(agent, '2');
  } finally {
    clearTimeout(timer);
    exit.catch(() => {});
  }
}

/** Calls `onReady` once: with what stands before the words, or null when stdout ended without them. */
async function readLine(child: ChildProcessPort, onReady: (prefix: string | null) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text: string | null = '';
  await drain(child, 0, (bytes) => {
    if (text === null) return;
    text = (text + decoder.decode(bytes, { stream: true })).slice(-10_000);
    const match = READY.exec(text);
    if (match === null) return;
    onReady(match[1] ?? '');
    text = null;
  });
  onReady(null);
}

/** Reads stdout until it ends, so that the server never waits for us. `from`: bytes that were read before. */
export async function drain(
  child: ChildProcessPort,
  from: number,
  onBytes: (bytes: Uint8Array) => void = () => {},
): Promise<void> {
  let offset = from;
  for await (const bytes of child.stdout) {
    onBytes(bytes);
    offset += bytes.length;
    child.acknowledge(offset, child.written);
  }
}

/** Asks a server for its health and opens its event stream, each within `ms`. */
export async function connected(
  agent: Described,
  port: number,
  password: string,
  ms: number,
): Promise<{ connection: OpenCodeConnection; version: string }> {
  const connection = new OpenCodeConnection({ port, password });
  try {
    const health = asObject(await connection.http.get('/global/health', { timeoutMs: ms }));
    const version = asString(health['version']);
    if (!version.startsWith('1.')) throw unsupported(agent, version);
    const timeout = AbortSignal.timeout(ms);
    const late = new Promise<never>((_resolve, reject) =>
      timeout.addEventListener('abort', () => reject(noEvents(agent)), { once: true }),
    );
    await Promise.race([connection.open(), late]);
    return { connection, version };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function unsupported(agent: Described, version: string): PilotlightError {
  const found = version === '' ? 'one that does not say its version' : `version ${version}`;
  const wanted = agent.install === null ? '1.x' : `1.x (${agent.install.version} is tested)`;
  return new PilotlightError(
    'agent_unsupported',
    `The server of ${agent.name} is driven in version ${wanted}; ${agent.command} is ${found}. ${agent.hint}`.trim(),
    { details: { version } },
  );
}

function startFailed(agent: ResolvedAgent, child: ChildProcessPort, exit: ProcessExit): PilotlightError {
  return new PilotlightError('agent_failed', `${agent.name} did not start: ${exitWords(exit, child)}`);
}

function startTooSlow(agent: ResolvedAgent, child: ChildProcessPort): PilotlightError {
  const seconds = Math.round(agent.deadlines.initialize / 1000);
  const said = child.stderrTail().trim();
  return new PilotlightError(
    'agent_timeout',
    `${agent.name} was not ready ${seconds} s after its start. ${said === '' ? 'It said nothing.' : `It said: ${said}`}`,
  );
}

function noEvents(agent: Described): PilotlightError {
  return new PilotlightError('agent_protocol', `${agent.name} opened no event stream.`);
}

/** How a process ended, with the last of its stderr. */
export function exitWords(exit: ProcessExit, child: ChildProcessPort): string {
  const how = exit.signal === null ? `exit ${exit.code}` : `ended by ${exit.signal}`;
  const said = child.stderrTail().trim().slice(-2000);
  return said === '' ? how : `${how}. Last of stderr: ${said}`;
}
