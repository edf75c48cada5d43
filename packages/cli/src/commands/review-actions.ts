import type { Client } from '@pilotlight/client';
import {
  PilotlightError,
  newId,
  type ReviewAction,
  type ReviewPlan,
  type ReviewRequest,
} from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, type Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { nextOfAction } from '../terminal/conflict-text.ts';
import { actionText, planText } from '../terminal/diff-text.ts';
import { sessionFlag, sessionMeant, withSessionOptions, type SessionOptions } from './session-options.ts';

export interface PlanOptions extends SessionOptions {
  dryRun?: boolean;
}

interface GoOnOptions extends PlanOptions {
  continue?: boolean;
  abort?: boolean;
}

export function withPlanOption(command: Command): Command {
  return withSessionOptions(command.option('--dry-run', 'say what would be done, and do nothing'));
}

/** Does it, or says what it would do. */
export function runAction(
  options: PlanOptions,
  wanted: ReviewRequest | ((client: Client, cli: Cli, sessionId: string) => Promise<ReviewRequest>),
): Promise<void> {
  return answerWith<ReviewPlan | ReviewAction>(
    options,
    async (client, cli) => {
      const sessionId = await sessionMeant(client, cli, options);
      const request = typeof wanted === 'function' ? await wanted(client, cli, sessionId) : wanted;
      if (options.dryRun === true) return client.review.plan(sessionId, request);
      const done = await client.review.run(sessionId, { id: newId('action'), request });
      // A script must not take it for done.
      if (done.state === 'conflicted') process.exitCode = EXIT.failed;
      return done;
    },
    (answer) => {
      if ('steps' in answer) return planText(answer);
      if (answer.state !== 'conflicted') return actionText(answer);
      return `${actionText(answer)}\n${nextOfAction(answer, sessionFlag(options))}`;
    },
  );
}

export function commitCommand(program: Command): void {
  withPlanOption(
    program
      .command('commit')
      .description('Commit what is staged in a session')
      .option('-m, --message <text>')
      .option('--all', 'everything, untracked files included')
      .option('--draft', 'have the agent of the session word the message, print it, and commit nothing'),
  ).action((options: PlanOptions & { message?: string; all?: boolean; draft?: boolean }) => {
    const all = options.all === true ? { all: true } : {};
    if (options.draft === true) {
      return answerWith(
        options,
        async (client, cli) => client.review.draftMessage(await sessionMeant(client, cli, options), all),
        ({ message, agent, truncated }, { screen }) => {
          // Beside the message, which may go into a file or another command.
          if (truncated) screen.note(`${agent} was shown the beginning of the changes only`);
          screen.note('nothing is committed yet: commit -m "…" does it');
          return message;
        },
      );
    }
    if (options.message === undefined) {
      throw new PilotlightError(
        'invalid_request',
        'a commit needs a message: -m "…", or --draft to have one worded',
      );
    }
    return runAction(options, { kind: 'commit', message: options.message, ...all });
  });
}

export function rebaseCommand(program: Command): void {
  withGoOnOptions(
    program
      .command('rebase')
      .description('Put the commits of a session on top of its base branch')
      .option('--onto <branch>'),
  ).action((options: GoOnOptions & { onto?: string }) =>
    runAction(
      options,
      goOn(options) ?? { kind: 'rebase', ...(options.onto === undefined ? {} : { onto: options.onto }) },
    ),
  );
}

export function mergeCommand(program: Command): void {
  withGoOnOptions(
    program
      .command('merge')
      .description('Merge the branch of a session into its base branch')
      .option('--into <branch>')
      .option('-m, --message <text>', 'of the merge commit; made also where the branch could just be moved')
      .option('--from [branch]', 'the other way round: bring the base branch into the session'),
  ).action((options: GoOnOptions & { into?: string; message?: string; from?: string | true }) =>
    runAction(options, goOn(options) ?? mergeOf(options)),
  );
}

function mergeOf({
  into,
  message,
  from,
}: {
  into?: string;
  message?: string;
  from?: string | true;
}): ReviewRequest {
  if (from !== undefined) return { kind: 'merge_base', ...(from === true ? {} : { from }) };
  return {
    kind: 'merge',
    ...(into === undefined ? {} : { into }),
    ...(message === undefined ? {} : { message }),
  };
}

export function pushCommand(program: Command): void {
  withPlanOption(
    program
      .command('push')
      .description('Push the branch of a session to a branch of the same name')
      .option('--remote <name>')
      .option('--force', 'replace what is there, if it is what was last seen of it'),
  ).action((options: PlanOptions & { remote?: string; force?: boolean }) =>
    runAction(options, {
      kind: 'push',
      ...(options.remote === undefined ? {} : { remote: options.remote }),
      ...(options.force === true ? { force: true } : {}),
    }),
  );
}

export function prCommand(program: Command): void {
  withPlanOption(
    program
      .command('pr')
      .description('Push the branch of a session and open a pull request, with gh or glab')
      .requiredOption('--title <title>')
      .option('--body <text>', 'its description', '')
      .option('--draft')
      .option('--into <branch>')
      .option('--remote <name>'),
  ).action(
    (
      options: PlanOptions & { title: string; body: string; draft?: boolean; into?: string; remote?: string },
    ) =>
      runAction(options, {
        kind: 'pull_request',
        title: options.title,
        body: options.body,
        ...(options.draft === true ? { draft: true } : {}),
        ...(options.into === undefined ? {} : { into: options.into }),
        ...(options.remote === undefined ? {} : { remote: options.remote }),
      }),
  );
}

export function undoCommand(program: Command): void {
  withSessionOptions(
    program
      .command('undo')
      .argument('[action]', 'default: the last one of the session')
      .description('Take back a commit, rebase, merge or discard, while that is possible'),
  ).action((id: string | undefined, options: SessionOptions) =>
    answerWith(
      options,
      async (client, cli) => {
        if (id !== undefined) return client.review.undo(id);
        const actions = await client.review.listActions(await sessionMeant(client, cli, options));
        const last = actions.find(({ state }) => state !== 'undone' && state !== 'failed');
        if (last === undefined)
          throw new PilotlightError('action_not_found', 'nothing was done that can be undone');
        return client.review.undo(last.id);
      },
      actionText,
    ),
  );
}

function withGoOnOptions(command: Command): Command {
  return withPlanOption(command)
    .option('--continue', 'go on after conflicts were resolved and staged')
    .option('--abort', 'give up what stopped at conflicts');
}

function goOn(options: GoOnOptions): ReviewRequest | null {
  if (options.continue === true && options.abort === true) {
    throw new PilotlightError('invalid_request', 'say one of --continue, --abort');
  }
  if (options.continue === true) return { kind: 'continue' };
  return options.abort === true ? { kind: 'abort' } : null;
}
