import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';

export function releaseCommand(program: Command): void {
  withCommonOptions(
    program
      .command('release')
      .argument('<chat>')
      .argument('[agent]', 'only this one; otherwise all of the chat')
      .description('Let an agent leave memory now; the next prompt resumes its conversation'),
  ).action((chatId: string, agent: string | undefined, options: CommonOptions) =>
    answerWith(
      options,
      async (client) => {
        const { id } = await client.getChat(chatId);
        const resident = (await client.listAgentSessions()).filter(
          (each) => each.chatId === id && each.state !== 'cold' && (agent ?? each.agent) === each.agent,
        );
        for (const each of resident) await client.releaseAgentSession(id, each.agent);
        return { chatId: id, released: resident.map((each) => each.agent) };
      },
      ({ released }) =>
        released.length === 0 ? 'nothing was resident' : `✓ released ${released.join(', ')}`,
    ),
  );
}

export function keepCommand(program: Command): void {
  withCommonOptions(
    program
      .command('keep')
      .argument('<chat>')
      .argument('[agent]', 'otherwise the one the chat speaks to')
      .option('--off', 'let it be released again')
      .description('Keep an agent warm in a chat, whatever the time and the memory'),
  ).action((chatId: string, agent: string | undefined, options: CommonOptions & { off?: boolean }) =>
    answerWith(
      options,
      async (client) => {
        const chat = await client.getChat(chatId);
        return client.updateAgentSession(chat.id, agent ?? chat.agent, { pinned: options.off !== true });
      },
      (row) => (row.pinned ? `✓ ${row.agent} is kept warm` : `✓ ${row.agent} may be released`),
    ),
  );
}
