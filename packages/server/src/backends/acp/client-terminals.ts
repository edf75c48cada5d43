/**
 * The terminals that one session had us open: commands in their own process groups, inside of the session's worktree. A
 * terminal lives until it is released, at the latest until its turn ends. Where the agent asks again for one that an earlier
 * server has opened, it gets that one.
 */
import { PilotlightError } from '@pilotlight/protocol';
import {
  type ChildProcessPort,
  type LeftProcess,
  type ProcessExit,
  type ProcessPort,
  TailBuffer,
} from '@pilotlight/keeper';
import { confine } from '../../workspace/confine.ts';
import type { ResolvedAgent } from '../agent-spec.ts';
import type { Asked } from './connection.ts';
import type { TerminalState } from './map-tool.ts';
import { asList, asNumber, asString, mapObjects, type RawObject } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';

export interface ClientTerminalsOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  root: string;
  /** what commands see besides the agent's own variables: those of the worktree, as they are now */
  env(): Promise<Record<string, string>>;
  /** what the tags of this session's terminals begin with */
  tag: string;
  /** The terminal that an earlier server left under that tag; given away once. */
  takeLeft(tag: string): LeftProcess | null;
  /** New output, at most every 50 ms for each terminal, and the end. */
  onChange(terminalId: string, state: TerminalState): void;
}

interface Terminal {
  child: ChildProcessPort;
  output: TailBuffer;
  exit: ProcessExit | null;
  /** resolves when it ended and its output was read */
  done: Promise<ProcessExit>;
}

const defaultOutput = 1024 * 1024;
const maxOutput = 4 * 1024 * 1024;
const maxTerminals = 32;
const coalesceMs = 50;
const drainMs = 200;
const ladder = { stdinMs: 0, termMs: 500, killMs: 5000 };

export class ClientTerminals {
  readonly #options: ClientTerminalsOptions;
  readonly #terminals = new Map<string, Promise<Terminal>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: ClientTerminalsOptions) {
    this.#options = options;
  }

  /** Answers a `terminal/…` request. @throws RpcError */
  async request(method: string, params: RawObject, asked: Asked): Promise<unknown> {
    if (method === 'terminal/create') return this.#create(params, asked);
    const id = asString(params['terminalId']) ?? '';
    const terminal = await this.#terminals.get(id);
    const answer = this.#methods[method];
    if (!answer) throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
    if (!terminal) throw new RpcError(RPC.notFound, `There is no terminal ${id}`);
    return answer(terminal, id);
  }

  /** Kills what still runs and forgets all. */
  async releaseAll(): Promise<void> {
    await Promise.allSettled([...this.#terminals.keys()].map((id) => this.#release(id)));
  }

  readonly #methods: Record<string, (terminal: Terminal, id: string) => unknown> = {
    'terminal/output': ({ output, exit }) => ({
      output: output.text(),
      truncated: output.truncated,
      ...(exit === null ? {} : { exitStatus: exitStatus(exit) }),
    }),
    'terminal/wait_for_exit': async ({ done }) => exitStatus(await done),
    'terminal/kill': async ({ child }) => {
      await child.end(ladder);
      return {};
    },
    'terminal/release': async (_, id) => {
      await this.#release(id);
      return {};
    },
  };

  async #create(params: RawObject, { id, isAnswered }: Asked): Promise<{ terminalId: string }> {
    const { agent, processes, root } = this.#options;
    const tag = `${this.#options.tag}/${id}`;
    const limit = Math.min(asNumber(params['outputByteLimit']) ?? defaultOutput, maxOutput);
    const left = this.#options.takeLeft(tag);
    // Known at once: what is asked of it may follow in the same breath.
    if (left !== null) return { terminalId: this.#keep(left.id, left.adopt(), limit) };
    if (isAnswered) throw new RpcError(RPC.notFound, 'This terminal was released');
    const command = asString(params['command']);
    if (command === null || command === '') throw new RpcError(RPC.invalidParams, 'command must be a string');
    if (this.#terminals.size >= maxTerminals) {
      throw new RpcError(RPC.invalidRequest, `${maxTerminals} terminals are open; release one first`);
    }
    const child = await refusing(async () =>
      processes.spawn({
        owner: `${agent.name}, terminal`,
        command: '/bin/sh',
        args: shellArgs(command, (asList(params['args']) ?? []).map(String)),
        cwd: await confine(root, asString(params['cwd']) ?? root),
        env: { ...agent.processEnv, ...(await this.#options.env()), ...variables(params['env']) },
        tag,
      }),
    );
    child.closeStdin();
    return { terminalId: this.#keep(child.id, Promise.resolve(child), limit) };
  }

  /** `limit`: bytes of output. Answers the terminal's id. */
  #keep(processId: string, opening: Promise<ChildProcessPort>, limit: number): string {
    const id = `term_${processId}`;
    const terminal = opening.then((child): Terminal => {
      const output = new TailBuffer(Math.max(0, limit));
      const opened: Terminal = { child, output, exit: null, done: child.exited };
      opened.done = this.#follow(id, opened);
      return opened;
    });
    this.#terminals.set(id, terminal);
    return id;
  }

  async #follow(id: string, terminal: Terminal): Promise<ProcessExit> {
    const read = this.#read(id, terminal).catch(() => {});
    const exit = await terminal.child.exited;
    await Promise.race([read, new Promise((resolve) => setTimeout(resolve, drainMs))]);
    terminal.exit = exit;
    this.#change(id, terminal);
    return exit;
  }

  async #read(id: string, terminal: Terminal): Promise<void> {
    for await (const chunk of terminal.child.stdout) {
      terminal.output.push(Buffer.from(chunk));
      if (!this.#timers.has(id)) {
        this.#timers.set(
          id,
          setTimeout(() => this.#change(id, terminal), coalesceMs),
        );
      }
    }
  }

  #change(id: string, { output, exit }: Terminal): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#options.onChange(id, {
      output: output.text(),
      ...(exit === null ? {} : { exitCode: exit.code, signal: exit.signal }),
    });
  }

  async #release(id: string): Promise<void> {
    const terminal = await this.#terminals.get(id);
    this.#terminals.delete(id);
    if (!terminal) return;
    await terminal.child.end(ladder);
    await terminal.done;
  }
}

function exitStatus(exit: ProcessExit): { exitCode: number | null; signal: string | null } {
  return { exitCode: exit.code, signal: exit.signal };
}

/** Both outputs in one stream. Some agents give a whole shell line as the command. */
function shellArgs(command: string, args: string[]): string[] {
  if (args.length === 0 && /\s/.test(command)) return ['-c', 'exec 2>&1; eval "$0"', command];
  return ['-c', 'exec "$0" "$@" 2>&1', command, ...args];
}

function variables(value: unknown): Record<string, string> {
  const pairs = mapObjects(value, (raw) => {
    const name = asString(raw['name']);
    return name === null ? null : ([name, asString(raw['value']) ?? ''] as const);
  });
  return Object.fromEntries(pairs);
}

async function refusing<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    if (cause instanceof PilotlightError) throw new RpcError(RPC.invalidParams, cause.message);
    throw cause;
  }
}
