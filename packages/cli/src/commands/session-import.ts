import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

/** Adds `session import`. */
export function sessionImportCommand(session: Command): void {
  withCommonOptions(
    session
      .command('import')
      .argument('<agent>')
      .argument('[conversation]', 'its id; without it, those the agent has are listed')
      .option('--project <id or folder>', 'of this project (default: the one of the current folder)')
      .option('--title <title>')
      .description('Go on with a conversation that was begun in the agent itself, with its history'),
  ).action(
    (
      agent: string,
      conversation: string | undefined,
      options: CommonOptions & { project?: string; title?: string },
    ) =>
      answerWith(
        options,
        async (client, cli) => {
          const projectId = await projectOf(client, cli.cwd, options.project);
          if (conversation === undefined)
            return { found: await client.listAgentConversations(agent, projectId) };
          const { title } = options;
          const body = { projectId, agentSessionId: conversation, ...(title === undefined ? {} : { title }) };
          return { made: await client.importAgentSession(agent, body) };
        },
        ({ found, made }) => {
          if (made !== undefined) return table([[made.session.id, made.chat.id, made.chat.agent]]);
          if (found.length === 0) return `${agent} has no conversation of this folder`;
          return table(
            found.map(({ agentSessionId, title, updatedAt, chatId }) => [
              agentSessionId,
              updatedAt === null ? '' : new Date(updatedAt).toISOString().slice(0, 16).replace('T', ' '),
              sanitizeLine(title, 60),
              chatId ?? '',
            ]),
          );
        },
      ),
  );
}
