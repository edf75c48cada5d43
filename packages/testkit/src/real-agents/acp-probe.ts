// The least that speaks ACP to a real agent: starts it, sends requests, answers its permission requests, keeps its updates.
// It judges nothing and survives everything the agents really send. Disposing ends the agent with every process below it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { asArray, asObject, asString, type JsonObject } from '../model-server/loose-json.ts';
import { endProcessTree } from './end-process-tree.ts';
import type { RealAgent } from './real-agent.ts';

export interface AcpProbe extends AsyncDisposable {
  readonly pid: number;
  /** The params of every `session/update` so far. */
  readonly updates: readonly JsonObject[];
  /** The params of every permission request so far. */
  readonly permissions: readonly JsonObject[];
  /** What the agent wrote to stderr. */
  readonly stderr: () => string;
  /** Resolves to the result; rejects with the agent's error, or when the agent exits first. */
  request(method: string, params: JsonObject): Promise<JsonObject>;
  notify(method: string, params: JsonObject): void;
}

/** Starts an agent in `cwd`. Every permission request is answered with the option of kind `answer`. */
export function startAcpProbe(agent: RealAgent, cwd: string, answer: 'allow_once' | 'reject_once'): AcpProbe {
  const child = spawn(agent.command, agent.args, { cwd, env: agent.env, stdio: 'pipe', detached: true });
  const exited = once(child, 'exit');
  const pending = new Map<number, PromiseWithResolvers<JsonObject>>();
  const updates: JsonObject[] = [];
  const permissions: JsonObject[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => {});
  const send = (message: JsonObject): void => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseLine(line);
    const [id, params] = [message['id'], asObject(message['params'])];
    if (message['method'] === 'session/update') updates.push(params);
    else if (message['method'] === 'session/request_permission') {
      permissions.push(params);
      send({ id, result: { outcome: chooseOption(params, answer) } });
    } else if (message['method'] !== undefined) {
      if (id !== undefined) send({ id, error: { code: -32601, message: 'Method not found' } });
    } else settle(pending, message);
  });
  const onEnd = (why: string) => {
    for (const waiting of pending.values())
      waiting.reject(new Error(`${agent.id} ${why}; its stderr:\n${stderr}`));
    pending.clear();
  };
  child.once('exit', (code, signal) => onEnd(`exited (${code ?? signal})`));
  child.once('error', (error) => onEnd(`did not start: ${error.message}`));
  let nextId = 0;
  return {
    pid: child.pid ?? 0,
    updates,
    permissions,
    stderr: () => stderr,
    request: (method, params) => {
      const waiting = Promise.withResolvers<JsonObject>();
      pending.set(nextId, waiting);
      send({ id: nextId++, method, params });
      return waiting.promise;
    },
    notify: (method, params) => send({ method, params }),
    [Symbol.asyncDispose]: async () => {
      if (child.pid === undefined) return;
      if (child.exitCode === null && child.signalCode === null) endProcessTree(child.pid);
      await exited;
    },
  };
}

/** The text of all message chunks of the agent. */
export function messageText(updates: readonly JsonObject[]): string {
  return updates
    .map((params) => asObject(params['update']))
    .filter((update) => update['sessionUpdate'] === 'agent_message_chunk')
    .map((update) => asString(asObject(update['content'])['text']) ?? '')
    .join('');
}

function settle(pending: Map<number, PromiseWithResolvers<JsonObject>>, message: JsonObject): void {
  const waiting = pending.get(Number(message['id']));
  pending.delete(Number(message['id']));
  if (message['error'] === undefined) waiting?.resolve(asObject(message['result']));
  else waiting?.reject(new Error(JSON.stringify(message['error'])));
}

/** Agents order and name their options as they like; only the kind is common to all. */
function chooseOption(params: JsonObject, kind: string): JsonObject {
  const option = asArray(params['options'])
    .map(asObject)
    .find((offered) => offered['kind'] === kind);
  return option === undefined
    ? { outcome: 'cancelled' }
    : { outcome: 'selected', optionId: option['optionId'] };
}

function parseLine(line: string): JsonObject {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return {};
  }
}
