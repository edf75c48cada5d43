import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { holdWords } from '../prompt/hold-watch.ts';
import { withWholeTexts } from '../prompt/whole-texts.ts';
import { forkCommand } from './checkpoints.ts';
import { chatOptionsCommand } from './chat-options.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';
import { transcript } from '../terminal/transcript.ts';

export function chatCommand(program: Command): void {
  const chat = program.command('chat').description('Conversations');
  listCommand(chat, 'All chats')
    .option('--session <id>')
    .action((options: CommonOptions & { session?: string }) =>
      answerWith(
        options,
        (client) => client.listChats(options.session),
        (chats) =>
          table(
            chats.map((each) => [
              each.id,
              each.agent,
              each.activity.replaceAll('_', ' ') + (each.unseen ? ' · unseen' : ''),
              sanitizeLine(each.title || each.lastLine, 60),
            ]),
          ),
      ),
    );
  withCommonOptions(
    chat
      .command('show')
      .argument('<id>')
      .option('--limit <number>', 'newest messages', '50')
      .description('What was said'),
  ).action((id: string, options: CommonOptions & { limit: string }) =>
    answerWith(
      options,
      async (client, cli) => {
        const page = await client.listMessages(id, { limit: Number(options.limit) });
        return cli.json ? page : withWholeTexts(client, page);
      },
      (page, cli) => transcript(page, cli.screen),
    ),
  );
  withCommonOptions(
    chat
      .command('new')
      .argument('<session>')
      .option('--title <title>')
      .option('--agent <name>')
      .description('A new chat in a session'),
  ).action((session: string, options: CommonOptions & { title?: string; agent?: string }) =>
    answerWith(
      options,
      (client) => {
        const { title, agent } = options;
        return client.createChat(session, {
          ...(title === undefined ? {} : { title }),
          ...(agent === undefined ? {} : { agent }),
        });
      },
      (made) => table([[made.id, made.agent]]),
    ),
  );
  withCommonOptions(
    chat.command('rename').argument('<id>').argument('<title>').description('Give it another title'),
  ).action((id: string, title: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.updateChat(id, { title }),
      (renamed) => table([[renamed.id, sanitizeLine(renamed.title)]]),
    ),
  );
  withCommonOptions(
    chat
      .command('go-on')
      .argument('<id>')
      .option('--at-reset', 'by itself, when the usage limit resets')
      .option('--not-at-reset', 'not by itself')
      .description('Start what waits: over a budget once, or before a login or limit is known to be over'),
  ).action((id: string, options: CommonOptions & { atReset?: boolean; notAtReset?: boolean }) =>
    answerWith(
      options,
      (client) =>
        options.atReset === true || options.notAtReset === true
          ? client.updateHold(id, { goesOn: options.atReset === true })
          : client.goOn(id),
      ({ hold, activity }) => (hold === undefined ? `✓ ${activity}` : holdWords(id, hold)),
    ),
  );
  withCommonOptions(
    chat
      .command('queue')
      .argument('<id>')
      .option('--remove <turn>', 'take a waiting prompt out')
      .option('--order <turns...>', 'run these first, in this order')
      .description('Prompts that wait'),
  ).action((id: string, options: CommonOptions & { remove?: string; order?: string[] }) =>
    answerWith(
      options,
      async (client) => {
        if (options.remove !== undefined) await client.removeTurn(options.remove);
        return options.order === undefined ? client.listQueue(id) : client.reorderQueue(id, options.order);
      },
      (turns) =>
        table(
          turns.map((turn) => {
            const said = turn.prompt?.find((part) => part.type === 'text');
            return [turn.id, turn.agent, sanitizeLine(said?.text ?? '', 60)];
          }),
        ),
    ),
  );
  chatOptionsCommand(chat);
  forkCommand(chat);
}
