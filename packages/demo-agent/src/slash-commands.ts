import { existsSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AvailableCommand } from './acp-types.ts';
import { number, required } from './command-arguments.ts';
import { flood } from './flood.ts';
import { internalError } from './rpc-error.ts';
import { runTool, writeFileTool } from './tools.ts';
import { toolText, type Turn } from './turn.ts';

interface SlashCommand {
  description: string;
  hint?: string;
  run(turn: Turn, argument: string): Promise<void>;
}

const commands: Record<string, SlashCommand> = {
  echo: { description: 'Answers the text at once', hint: 'text', run: (turn, text) => turn.say(text) },
  count: { description: 'Counts to a number, one chunk each', hint: 'number', run: count },
  flood: { description: 'Sends many updates at full speed', hint: 'number [text|tool|mixed]', run: flood },
  ask: { description: 'Asks for one permission', run: ask },
  write: { description: 'Writes a file', hint: 'file text', run: write },
  run: {
    description: 'Runs a shell command',
    hint: 'command',
    run: async (turn, line) => {
      await runTool(turn, required(line, 'run', 'a command'));
    },
  },
  wait: { description: 'Waits until it is cancelled', run: wait },
  hold: { description: 'Waits until a file exists', hint: 'file', run: hold },
  fail: {
    description: 'Ends the turn with an error',
    hint: 'message',
    run: async (_, message) => {
      throw internalError(message || 'demo agent: failed as asked');
    },
  },
  crash: {
    description: 'Ends the agent in the middle of the turn',
    run: (turn) => turn.say('about to crash'),
  },
  recall: { description: 'Lists the earlier prompts of this chat', run: recall },
  late: {
    description: 'Says one more thing after the turn has ended',
    run: (turn) => turn.say('before the end'),
  },
  big: {
    description: 'Sends one chunk of a size',
    hint: 'bytes',
    run: (turn, size) => turn.say('x'.repeat(number(size, 'big'))),
  },
  output: { description: 'Calls a tool with output of a size', hint: 'bytes', run: output },
};

/** The list for `available_commands_update`. */
export const availableCommands: AvailableCommand[] = Object.entries(commands).map(
  ([name, { description, hint }]) =>
    hint === undefined ? { name, description } : { name, description, input: { hint } },
);

/** The slash command that a prompt names, null for any other prompt. */
export function slashCommand(input: string): { name: string; run(turn: Turn): Promise<void> } | null {
  const match = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(input.trimStart());
  const name = match?.[1] ?? '';
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command ? { name, run: (turn) => command.run(turn, match?.[2] ?? '') } : null;
}

async function count(turn: Turn, argument: string): Promise<void> {
  const total = number(argument, 'count');
  for (let n = 1; n <= total; n++) {
    await turn.say(`${n} `);
    await turn.pace();
  }
}

async function ask(turn: Turn): Promise<void> {
  const toolCallId = await turn.startTool({ title: 'A question', kind: 'other' });
  const { allowed, optionId } = await turn.ask(toolCallId, { title: 'A question', kind: 'other' });
  await turn.updateTool(toolCallId, { status: allowed ? 'completed' : 'failed' });
  await turn.say(`You chose ${optionId}.`);
}

async function write(turn: Turn, argument: string): Promise<void> {
  const [, file, text] = /^(\S+)(?:\s([\s\S]*))?$/.exec(argument) ?? [];
  await writeFileTool(turn, required(file, 'write', 'a file and a text'), () => text ?? '');
}

async function wait(turn: Turn): Promise<void> {
  await turn.say('waiting');
  await until(turn.signal, () => {});
}

async function hold(turn: Turn, argument: string): Promise<void> {
  const file = resolve(turn.session.cwd, required(argument.trim(), 'hold', 'a file'));
  using watcher = disposableWatch(dirname(file));
  await turn.say('holding');
  await until(turn.signal, (done) => {
    const check = (): void => (existsSync(file) ? done() : undefined);
    watcher.on('change', check);
    check();
  });
  await turn.say(' released');
}

async function recall(turn: Turn): Promise<void> {
  const earlier = turn.session.prompts.slice(0, -1);
  const lines = earlier.map((prompt, index) => `\n${index + 1}. ${prompt}`);
  await turn.say(`Earlier prompts of this session: ${earlier.length}${lines.join('')}`);
}

async function output(turn: Turn, argument: string): Promise<void> {
  const size = number(argument, 'output');
  const toolCallId = await turn.startTool({ title: `Output of ${size} bytes`, kind: 'other' });
  const line = `${'o'.repeat(79)}\n`;
  const text = line.repeat(Math.ceil(size / line.length)).slice(0, size);
  await turn.updateTool(toolCallId, { status: 'completed', content: [toolText(text)] });
}

function disposableWatch(folder: string): ReturnType<typeof watch> & Disposable {
  const watcher = watch(folder);
  return Object.assign(watcher, { [Symbol.dispose]: () => watcher.close() });
}

/** Resolves when `start` calls done; rejects with the signal's reason. */
async function until(signal: AbortSignal, start: (done: () => void) => void): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  start(resolve);
  await promise.finally(() => signal.removeEventListener('abort', abort));
}
