import type { Client } from '@pilotlight/client';
import { PilotlightError, type DiffPage, type DiffScope, type FileDiff } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith } from '../cli.ts';
import { fileTable, patchText } from '../terminal/diff-text.ts';
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
        if (path !== undefined) return [await client.review.fileDiff(sessionId, scope, path)];
        const all = await allFiles(client, sessionId, scope);
        if (options.patch !== true) return all;
        const diffs: FileDiff[] = [];
        for (const file of all.files) diffs.push(await client.review.fileDiff(sessionId, scope, file.path));
        return diffs;
      },
      (found, { screen }) =>
        Array.isArray(found)
          ? found.map((diff) => patchText(diff, screen.style)).join('\n\n')
          : fileTable(found),
    ),
  );
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

async function allFiles(client: Client, sessionId: string, scope: DiffScope): Promise<DiffPage> {
  const first = await client.review.diff(sessionId, scope, { limit: 1_000 });
  const files = [...first.files];
  for (let { next } = first; next !== null;) {
    const page = await client.review.diff(sessionId, scope, { limit: 1_000, after: next });
    files.push(...page.files);
    ({ next } = page);
  }
  return { ...first, files, next: null };
}
