import { MAX_SELECTED_FILES, PilotlightError, type DiffScope } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith } from '../cli.ts';
import { quoted } from '../terminal/diff-text.ts';
import { changedFiles, hunkNumbers, selectionOf } from './changed-files.ts';
import { runAction, withPlanOption, type PlanOptions } from './review-actions.ts';
import { sessionMeant, withSessionOptions, type SessionOptions } from './session-options.ts';

interface PickOptions extends SessionOptions {
  hunk?: string;
  all?: boolean;
}

const UNSTAGED: DiffScope = { scope: 'unstaged' };

/** What goes into the next commit, what is thrown away, and what was looked at. */
export function fileCommands(review: Command): void {
  stagingCommand(review, 'stage', 'Take files into the next commit', UNSTAGED);
  stagingCommand(review, 'unstage', 'Take files out of the next commit', { scope: 'staged' });
  withPlanOption(
    review
      .command('discard')
      .argument('<paths...>', 'files, or folders with everything in them')
      .description(
        'Make files what is staged or committed; what they are now is kept, and undo brings it back',
      )
      .option(
        '--hunk <numbers>',
        'only these of one file, as diff --unstaged <path> numbers them: 2 or 1,3-5',
      ),
  ).action((paths: string[], options: PlanOptions & { hunk?: string }) => {
    const hunks = hunksOf(options);
    return runAction(options, async (client, cli, sessionId) => ({
      kind: 'discard',
      files: await selectionOf(client, cli, sessionId, UNSTAGED, { paths, hunks }),
    }));
  });
  withSessionOptions(
    review
      .command('viewed')
      .argument('<paths...>', 'changed files, or folders with all of them')
      .description('Mark files as viewed, until they change again')
      .option('--undo', 'they are not'),
  ).action((paths: string[], options: SessionOptions & { undo?: boolean }) =>
    answerWith(
      options,
      async (client, cli) => {
        const sessionId = await sessionMeant(client, cli, options);
        const files = await changedFiles(client, cli, sessionId, { scope: 'session' }, paths);
        const viewed = options.undo !== true;
        const seen = files.map(({ path, object }) => ({ path, object }));
        for (const some of portions(seen)) await client.review.markViewed(sessionId, { files: some, viewed });
        return { files: seen.map(({ path }) => path), viewed };
      },
      ({ files, viewed }) => {
        const what = namesOf(files);
        if (viewed) return `marked ${what} as viewed`;
        return `${what} ${files.length === 1 ? 'counts' : 'count'} as not viewed`;
      },
    ),
  );
}

function stagingCommand(
  review: Command,
  name: 'stage' | 'unstage',
  description: string,
  scope: DiffScope,
): void {
  withSessionOptions(
    review
      .command(name)
      .argument('[paths...]', 'files, or folders with everything in them')
      .description(description)
      .option('--all', 'all of them')
      .option(
        '--hunk <numbers>',
        `only these of one file, as diff --${scope.scope} <path> numbers them: 2 or 1,3-5`,
      ),
  ).action((named: string[], options: PickOptions) => {
    const hunks = hunksOf(options);
    if ((named.length === 0) !== (options.all === true)) {
      throw new PilotlightError('invalid_request', `say which files to ${name}, or --all`);
    }
    return answerWith(
      options,
      async (client, cli) => {
        const sessionId = await sessionMeant(client, cli, options);
        const files = await selectionOf(client, cli, sessionId, scope, { paths: named, hunks });
        for (const some of portions(files)) await client.review[name](sessionId, { files: some });
        const { staged } = await client.review.facts(sessionId);
        return { files: files.map(({ path }) => path), staged };
      },
      ({ files, staged }) => {
        const part = hunks === null ? '' : `${hunks.length === 1 ? '1 hunk' : `${hunks.length} hunks`} of `;
        const left = staged === 0 ? 'nothing is' : staged === 1 ? '1 file is' : `${staged} files are`;
        return `${name}d ${part}${namesOf(files)}; ${left} staged now`;
      },
    );
  });
}

function portions<T>(files: readonly T[]): T[][] {
  const count = Math.ceil(files.length / MAX_SELECTED_FILES);
  return Array.from({ length: count }, (_, at) =>
    files.slice(at * MAX_SELECTED_FILES, (at + 1) * MAX_SELECTED_FILES),
  );
}

function hunksOf({ hunk }: { hunk?: string }): number[] | null {
  return hunk === undefined ? null : hunkNumbers(hunk);
}

function namesOf(files: readonly string[]): string {
  const [first = ''] = files;
  return files.length === 1 ? quoted(first) : `${files.length} files`;
}
