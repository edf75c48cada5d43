import type { RepairedSession, Session } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import { sessionImportCommand } from './session-import.ts';
import { sessionScriptsCommands } from './session-scripts.ts';
import { sessionStateCommands } from './checkpoints.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

function row(session: Session): string[] {
  const place = session.inPlace ? 'in place' : (session.worktree?.branch ?? 'no worktree yet');
  const diff = session.diff === null ? '' : `+${session.diff.additions} −${session.diff.deletions}`;
  return [session.id, place, diff, sanitizeLine(session.title, 60)];
}

export function sessionCommand(program: Command): void {
  const session = program.command('session').description('Pieces of work, each with a worktree of its own');
  listCommand(session, 'All sessions')
    .option('--project <id or folder>', 'those of one project')
    .action((options: CommonOptions & { project?: string }) =>
      answerWith(
        options,
        async (client, cli) =>
          client.listSessions(
            options.project === undefined ? undefined : await projectOf(client, cli.cwd, options.project),
          ),
        (sessions) => (sessions.length === 0 ? 'There is no session.' : table(sessions.map(row))),
      ),
    );
  withCommonOptions(
    session
      .command('new')
      .description('Make a session')
      .option('--project <id or folder>', 'in which project (default: that of the present folder)')
      .option('--title <title>')
      .option('--agent <name>')
      .option(
        '--base <revision>',
        'branch, tag, commit or pull request (#12 or its address) its worktree starts from (default: HEAD)',
      )
      .option('--in-place', 'work in the folder itself, in your own files, instead of a worktree'),
  ).action(
    (
      options: CommonOptions & {
        project?: string;
        title?: string;
        agent?: string;
        base?: string;
        inPlace?: boolean;
      },
    ) =>
      answerWith(
        options,
        async (client, cli) => {
          const projectId = await projectOf(client, cli.cwd, options.project);
          const { title, agent, base, inPlace } = options;
          return client.createSession({
            projectId,
            inPlace: inPlace === true,
            ...(title === undefined ? {} : { title }),
            ...(agent === undefined ? {} : { agent }),
            ...(base === undefined ? {} : { base }),
          });
        },
        (made) => table([[made.session.id, made.chat.id, made.chat.agent]]),
      ),
  );
  withCommonOptions(session.command('show').argument('<id>').description('One session and its chats')).action(
    (id: string, options: CommonOptions) =>
      answerWith(
        options,
        async (client) => ({ session: await client.getSession(id), chats: await client.listChats(id) }),
        (found) =>
          [
            table([row(found.session)]),
            ...(found.session.base === null ? [] : [`from ${sanitizeLine(found.session.base)}`]),
            ...(found.session.worktree === null ? [] : [found.session.worktree.path]),
            table(
              found.chats.map((chat) => [
                chat.id,
                chat.agent,
                chat.activity.replaceAll('_', ' '),
                sanitizeLine(chat.title, 60),
              ]),
            ),
          ].join('\n'),
      ),
  );
  withCommonOptions(
    session.command('rename').argument('<id>').argument('<title>').description('Give it another title'),
  ).action((id: string, title: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.updateSession(id, { title }),
      (renamed) => table([row(renamed)]),
    ),
  );
  withCommonOptions(
    session
      .command('repair')
      .argument('<id>')
      .description('Find its worktree that was moved, or make one that is gone again from what was kept'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(options, (client) => client.repairSession(id), repaired),
  );
  withCommonOptions(
    session
      .command('remove')
      .argument('<id>')
      .option('--keep-uncommitted', 'also when something is not committed: that is kept for 30 days')
      .description(
        'Remove it with its worktree; the branch stays, and `session restore` brings it back for 30 days',
      ),
  ).action((id: string, options: CommonOptions & { keepUncommitted?: boolean }) =>
    answerWith(
      options,
      (client) => client.removeSession(id, options.keepUncommitted === true ? 'keep' : 'refuse'),
      (gone) =>
        [
          ...(gone.branch === null ? [] : [`the branch ${gone.branch} is kept`]),
          `for 30 days: pilotlight session restore ${id}`,
        ].join('\n'),
    ),
  );
  sessionStateCommands(session);
  sessionImportCommand(session);
  sessionScriptsCommands(session);
}

function repaired({ session, how, stateOf }: RepairedSession): string {
  const path = session.worktree?.path ?? '';
  if (how === 'present') return `nothing was wrong with ${path}`;
  if (how === 'moved') return `found at ${path}`;
  if (how === 'linked') return `linked to its repository again: ${path}`;
  return stateOf === null
    ? `made again from its branch at ${path}; what was not committed is not in it`
    : `made again at ${path}, with its files as of ${new Date(stateOf).toISOString()}`;
}
