import type { Client } from '@pilotlight/client';
import { PilotlightError } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { withCommonOptions, type Cli } from '../cli.ts';
import { sessionOfFolder } from '../prompt/find-chat.ts';
import type { CommonOptions } from '../settings.ts';

export interface SessionOptions extends CommonOptions {
  session?: string;
}

/** Adds the options of a command about one session. */
export function withSessionOptions(command: Command): Command {
  return withCommonOptions(
    command.option('--session <id>', 'default: the one whose worktree this folder is'),
  );
}

/** The option again, for a command that is suggested. */
export function sessionFlag({ session }: SessionOptions): string {
  return session === undefined ? '' : ` --session ${session}`;
}

/** The id of the session that is meant. @throws PilotlightError `invalid_request` when none is */
export async function sessionMeant(client: Client, cli: Cli, { session }: SessionOptions): Promise<string> {
  if (session !== undefined) return session;
  const here = await sessionOfFolder(client, cli.cwd);
  if (here !== null) return here.id;
  throw new PilotlightError(
    'invalid_request',
    `${cli.cwd} is in no session's worktree; name one with --session (pilotlight session list shows them)`,
  );
}
