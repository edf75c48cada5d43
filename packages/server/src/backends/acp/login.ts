import { PilotlightError } from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import type { ResolvedAgent } from '../agent-spec.ts';
import { agentError } from './agent-errors.ts';
import { AgentProcess } from './agent-process.ts';
import { asList, at } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Somebody may have to find a page, a password and a telephone first. */
const LOGIN_MS = 10 * 60_000;

/** Asks, and where the agent wants a login first, logs in by the method that was chosen for it and asks again. */
export async function withLogin<T>(process: AgentProcess, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const { authMethod } = process.agent;
    const isWanted = cause instanceof RpcError && cause.code === RPC.authRequired;
    if (!isWanted || authMethod === undefined) throw cause;
    await authenticate(process, authMethod);
    return await ask();
  }
}

async function authenticate(process: AgentProcess, methodId: string): Promise<void> {
  await process.connection.request('authenticate', { methodId }, { deadlineMs: LOGIN_MS });
}

export interface LoginOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  /** a folder with nothing in it */
  cwd: string;
}

/** The methods of login that an agent itself tells of, as it tells of them. @throws as AgentProcess.start */
export async function readAuthMethods(options: LoginOptions): Promise<unknown[]> {
  return await during(options, (process) =>
    Promise.resolve(asList(at(process.initialized, ['authMethods'])) ?? []),
  );
}

/**
 * Has an agent log in, in a process of its own. Resolves when it says that it has.
 * @throws PilotlightError `agent_login_required` with what it says when it has not
 */
export async function logInBy(options: LoginOptions, methodId: string): Promise<void> {
  await during(options, async (process) => {
    await authenticate(process, methodId).catch((cause: unknown) => {
      const { message } = agentError(options.agent, `log in by "${methodId}"`, cause);
      throw new PilotlightError('agent_login_required', message, { cause });
    });
  });
}

/** Its sessions, of which it has none, would need the door it opens for them when it is dispatched cold. */
async function during<T>(options: LoginOptions, work: (process: AgentProcess) => Promise<T>): Promise<T> {
  const { processes, cwd } = options;
  const agent = { ...options.agent, args: options.agent.coldArgs ?? options.agent.args };
  const process = await AgentProcess.start({ agent, processes, cwd, keeping: {} });
  try {
    return await work(process);
  } finally {
    await process.end();
  }
}
