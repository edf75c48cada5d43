import type { Checkpoint, CheckpointKind, NotRestored, Restored } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import {
  ignoredSetting,
  ignoredText,
  withIgnoredOption,
  type IgnoredOptions,
} from './checkpoint-settings.ts';
import { countOf, table } from '../terminal/table.ts';

const KINDS: Record<CheckpointKind, string> = {
  before_turn: 'before a turn',
  after_turn: 'after a turn',
  before_change: 'before a restore or undo',
  kept: 'when it was removed',
};

const WHY: Record<NotRestored['why'], string> = {
  changed_since: 'changed since the turn, left as it is',
  repository: 'a repository of its own',
  too_large: 'too large to be kept',
  unreadable: 'cannot be read',
};

function row({ id, kind, turnId, createdAt, leftOut }: Checkpoint): string[] {
  const missing = leftOut.length === 0 ? '' : `without ${countOf(leftOut.length, 'path')}`;
  return [id, new Date(createdAt).toISOString(), KINDS[kind], turnId ?? '', missing];
}

/** What was done, or would be, and how it is undone. */
function restoredText({ files, notRestored, kept }: Restored, dryRun: boolean): string {
  const done = table(files.map(({ path, change }) => [change, sanitizeLine(path, 200)]));
  const left = notRestored.map(({ path, why }) => `not restored: ${sanitizeLine(path, 200)} (${WHY[why]})`);
  const undo = kept === null ? [] : [`undo with: pilotlight restore ${kept.sessionId} ${kept.id}`];
  const what = files.length === 0 ? ['nothing to change'] : dryRun ? ['would change:', done] : [done];
  return [...what, ...left, ...undo].join('\n');
}

/** `session checkpoints|removed|restore`. */
export function sessionStateCommands(session: Command): void {
  withCommonOptions(
    withIgnoredOption(
      session
        .command('checkpoints')
        .argument('<session>')
        .description('States of its worktree that are kept, the newest first'),
    ),
  ).action(async (id: string, options: CommonOptions & IgnoredOptions) => {
    let settings = '';
    await answerWith(
      options,
      async (client, cli) => {
        settings = ignoredText(await ignoredSetting(client, cli, 'sessions', id, options));
        return client.checkpoints.list(id);
      },
      (checkpoints) => [table(checkpoints.map(row)), settings].filter((text) => text !== '').join('\n'),
    );
  });
  withCommonOptions(
    session.command('removed').description('Sessions that were removed and can be brought back'),
  ).action((options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.checkpoints.listRemoved(),
      (removed) =>
        removed.length === 0
          ? 'No session was removed within 30 days.'
          : table(
              removed.map((one) => [
                one.session.id,
                `until ${new Date(one.keptUntil).toISOString().slice(0, 10)}`,
                sanitizeLine(one.session.title, 60),
              ]),
            ),
    ),
  );
  withCommonOptions(
    session
      .command('restore')
      .argument('<session>')
      .description('Bring a removed session back: chats, branch, worktree and its files'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.checkpoints.bringBack(id),
      ({ session: back, branchRenamed }) => {
        const { worktree } = back;
        if (worktree === null) return `${back.id} is back`;
        const note = branchRenamed ? ' (its own has moved on, or is checked out elsewhere)' : '';
        return `${back.id} is back in ${worktree.path} on ${worktree.branch}${note}`;
      },
    ),
  );
}

/** `restore <session> <checkpoint> [paths…]`. */
export function restoreCommand(program: Command): void {
  withCommonOptions(
    program
      .command('restore')
      .argument('<session>')
      .argument('<checkpoint>')
      .argument('[paths...]', 'these files and folders only, relative to the worktree')
      .option('--dry-run', 'only say what would change')
      .description('Put files back to how they were at a checkpoint; the present state is kept first'),
  ).action(
    (session: string, checkpointId: string, paths: string[], options: CommonOptions & { dryRun?: boolean }) =>
      answerWith(
        options,
        (client) =>
          client.checkpoints.restore(session, {
            checkpointId,
            dryRun: options.dryRun === true,
            ...(paths.length === 0 ? {} : { paths }),
          }),
        (restored) => restoredText(restored, options.dryRun === true),
      ),
  );
}

/** `turn undo`. */
export function turnCommand(program: Command): void {
  const turn = program.command('turn').description('What single turns have done');
  withCommonOptions(
    turn
      .command('undo')
      .argument('<turn>')
      .option('--overwrite', 'also files that were changed since')
      .option('--dry-run', 'only say what would change')
      .description('Take back what a turn changed; the present state is kept first'),
  ).action((id: string, options: CommonOptions & { overwrite?: boolean; dryRun?: boolean }) =>
    answerWith(
      options,
      (client) =>
        client.checkpoints.undo(id, {
          overwrite: options.overwrite === true,
          dryRun: options.dryRun === true,
        }),
      (restored) => restoredText(restored, options.dryRun === true),
    ),
  );
}

/** `chat fork --at <turn>`. */
export function forkCommand(chat: Command): void {
  withCommonOptions(
    chat
      .command('fork')
      .requiredOption('--at <turn>', 'the turn to go on from')
      .option('--before', 'from before that turn')
      .option('--title <title>')
      .description('A new session with the files and the chat as they were after a turn'),
  ).action((options: CommonOptions & { at: string; before?: boolean; title?: string }) =>
    answerWith(
      options,
      (client) =>
        client.checkpoints.fork(options.at, {
          at: options.before === true ? 'before' : 'after',
          ...(options.title === undefined ? {} : { title: options.title }),
        }),
      (made) => table([[made.session.id, made.chat.id, made.session.worktree?.path ?? '']]),
    ),
  );
}
