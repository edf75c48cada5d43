import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What the agent says: of the same kinds as in watch-turn.ts. */
const SAID: ReadonlySet<string> = new Set(['agent_thought_chunk', 'agent_message_chunk', 'tool_call']);

const DEMO = fileURLToPath(import.meta.resolve('@pilotlight/demo-agent'));

interface Line {
  id?: number;
  method?: string;
  result?: {
    sessionId?: string;
    configOptions?: { id: string; category?: string }[];
    modes?: object;
  };
  error?: { message: string };
  params?: { update?: { sessionUpdate: string } };
}

/** How an agent is started. */
export interface BareProgram {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** in which its session works; null: in the one it opens with */
  askMode?: string | null;
}

const DEMO_PROGRAM: BareProgram = {
  command: process.execPath,
  args: [DEMO],
  env: { ...process.env, PILOTLIGHT_DEMO_PACE_MS: '0' },
  cwd: tmpdir(),
};

/**
 * The least a client of an agent can be: spawn, split lines, parse. What the server is measured against. Resolves when its
 * session is open.
 */
export async function startBareClient(program: BareProgram = DEMO_PROGRAM) {
  const { command, args, env, cwd, askMode = null } = program;
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  let rest = '';
  let onLine: (line: Line) => void = () => {};
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as Line);
  });
  let ids = 0;
  const refuse = ({ id }: Line): void => {
    if (id === undefined) return;
    const error = { code: -32601, message: 'Method not found' };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
  };
  const request = (
    method: string,
    params: unknown,
    onUpdate: (type: string) => void = () => {},
  ): Promise<Line> =>
    new Promise((resolve, reject) => {
      const id = ++ids;
      onLine = (line) => {
        if (line.method === 'session/update') onUpdate(line.params?.update?.sessionUpdate ?? '');
        // What the agent asks of its client has ids of its own.
        else if (line.method !== undefined) refuse(line);
        else if (line.id === id && line.error !== undefined) reject(new Error(line.error.message));
        else if (line.id === id) resolve(line);
      };
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const { result } = await request('session/new', { cwd, mcpServers: [] });
  const sessionId = result?.sessionId;
  const option = result?.configOptions?.find(({ category }) => category === 'mode');
  if (askMode !== null && option !== undefined)
    await request('session/set_config_option', { sessionId, configId: option.id, value: askMode });
  else if (askMode !== null && result?.modes !== undefined)
    await request('session/set_mode', { sessionId, modeId: askMode });
  return {
    async play(text: string): Promise<{ firstMs: number; totalMs: number; updates: number }> {
      let firstMs = Number.NaN;
      let updates = 0;
      const start = performance.now();
      await request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }, (type) => {
        updates++;
        if (Number.isNaN(firstMs) && SAID.has(type)) firstMs = performance.now() - start;
      });
      return { firstMs, totalMs: performance.now() - start, updates };
    },
    async close(): Promise<void> {
      const exit = once(child, 'exit');
      child.stdin.end();
      // Not every agent ends with its input.
      const patience = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exit;
      clearTimeout(patience);
    },
  };
}
