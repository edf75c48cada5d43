import type { Client } from '@pilotlight/client';
import { PilotlightError, type DiffPage, type DiffScope, type FileDiff } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith } from '../cli.ts';
import { fileTable, patchText } from '../terminal/diff-text.ts';
import { allFiles, pathsFromTop } from './changed-files.ts';
import { sessionMeant, withSessionOptions, type SessionOptions } from './session-options.ts';

interface DiffOptions extends SessionOptions {
  turn?: string;
  worktree?: boolean;
  staged?: boolean;
  unstaged?: boolean;
  patch?: boolean;
}

export function diffCommand(program: Command): void {
  withSessionOptions(
    program
      .command('diff')
      .argument('[path]', 'show the lines of this file')
      .description('What a session changed since its base')
      .option('--turn <id>', 'what that turn changed')
      .option('--worktree', 'what is not committed')
      .option('--staged', 'what is staged')
      .option('--unstaged', 'what is not staged')
      .option('--patch', 'show the lines of every file'),
  ).action((path: string | undefined, options: DiffOptions) =>
    answerWith<DiffPage | FileDiff[]>(
      options,
      async (client, cli) => {
        const scope = scopeOf(options);
        const sessionId = await sessionOf(client, cli, options);
        if (path !== undefined) {
          const [name = path] = await pathsFromTop(client, cli, sessionId, [path]);
          return [await client.review.fileDiff(sessionId, scope, name)];
        }
        const all = await allFiles(client, sessionId, scope);
        if (options.patch !== true) return all;
        const diffs: FileDiff[] = [];
        for (const file of all.files) diffs.push(await client.review.fileDiff(sessionId, scope, file.path));
        return diffs;
      },
      (found, { screen }) =>
        Array.isArray(found)
          ? found.map((diff) => patchText(diff, screen.style, isPicked(options))).join('\n\n')
          : fileTable(found),
    ),
  );
}

/** Hunks have numbers where they can be staged or discarded by them. */
function isPicked({ staged, unstaged }: DiffOptions): boolean {
  return staged === true || unstaged === true;
}

/** Of a turn, its own session. */
async function sessionOf(
  client: Client,
  cli: Parameters<typeof sessionMeant>[1],
  options: DiffOptions,
): Promise<string> {
  if (options.turn === undefined || options.session !== undefined) return sessionMeant(client, cli, options);
  const { chatId } = await client.getTurn(options.turn);
  return (await client.getChat(chatId)).sessionId;
}

function scopeOf({ turn, worktree, staged, unstaged }: DiffOptions): DiffScope {
  const scopes: DiffScope[] = [
    ...(turn === undefined ? [] : [{ scope: 'turn' as const, turnId: turn }]),
    ...(worktree === true ? [{ scope: 'uncommitted' as const }] : []),
    ...(staged === true ? [{ scope: 'staged' as const }] : []),
    ...(unstaged === true ? [{ scope: 'unstaged' as const }] : []),
  ];
  if (scopes.length > 1) {
    throw new PilotlightError('invalid_request', 'say one of --turn, --worktree, --staged, --unstaged');
  }
  return scopes[0] ?? { scope: 'session' };
}
