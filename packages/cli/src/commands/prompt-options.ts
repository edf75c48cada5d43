import type { Client } from '@pilotlight/client';
import { PilotlightError } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Cli } from '../cli.ts';
import type { PermissionPolicy } from '../prompt/permission-choice.ts';
import { findServer } from '../server/find-server.ts';
import { startDetached } from '../server/start-detached.ts';
import type { CommonOptions } from '../settings.ts';

/** Who does it, and where. */
export interface AgentOptions {
  inPlace?: boolean;
  agent?: string;
  model?: string;
}

/** What goes along with the words of a prompt. */
export interface FileOptions {
  file: string[];
  image: string[];
}

/** Options of the commands that run a prompt. */
export interface PromptOptions extends CommonOptions, AgentOptions, FileOptions {
  permission?: PermissionPolicy;
  /** false: `--no-start` */
  start: boolean;
}

export function withAgentOptions(command: Command): Command {
  return command
    .option('--in-place', 'work in the folder itself instead of a worktree')
    .option('--agent <name>', 'which agent (default: the first one found)')
    .option('--model <model>', 'which model of that agent');
}

export function withFileOptions(command: Command): Command {
  return command
    .option('--file <path>', 'send a file along; may be repeated', collect, [])
    .option('--image <path>', 'send an image along (png, jpeg, webp, gif); may be repeated', collect, []);
}

export function withPromptOptions(command: Command): Command {
  return withNoStart(withFileOptions(withAgentOptions(command))).addOption(
    new Option('--permission <policy>', 'answer what the agent asks instead of asking here').choices([
      'allow',
      'reject',
      'wait',
    ]),
  );
}

export function withNoStart(command: Command): Command {
  return command.option('--no-start', 'do not start a server when none runs');
}

/** For an option that may be repeated. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** How this call answers permissions; null: by asking in the terminal. In a pipe nothing is answered unless told. */
export function policyOf(options: PromptOptions, cli: Cli): PermissionPolicy | null {
  if (options.permission !== undefined) return options.permission;
  const canAsk =
    process.stdin.isTTY === true && process.stderr.isTTY === true && cli.screen.isTerminal && !cli.json;
  return canAsk ? null : 'wait';
}

/** The server of the settings, started in the background when none runs. @throws PilotlightError `server_unreachable` */
export async function serverForPrompt(options: Pick<PromptOptions, 'start'>, cli: Cli): Promise<Client> {
  const running = await findServer(cli.settings);
  if (running !== null) return running;
  if (!options.start) {
    throw new PilotlightError(
      'server_unreachable',
      `no server runs on ${cli.settings.dataFolder}; start one with \`pilotlight serve\`, or leave --no-start out`,
    );
  }
  const client = await startDetached(cli.settings);
  cli.screen.note(
    cli.screen.style.dim(
      `• started a server in the background at ${client.url}; \`pilotlight stop\` ends it`,
    ),
  );
  return client;
}
