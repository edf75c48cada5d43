import { newId } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { createCli, withCommonOptions } from '../cli.ts';
import { findChat } from '../prompt/find-chat.ts';
import type { ChatWishes } from '../prompt/find-chat.ts';
import { readInput } from '../prompt/read-input.ts';
import { runTurn } from '../prompt/run-turn.ts';
import { policyOf, serverForPrompt, withPromptOptions } from './prompt-options.ts';
import type { PromptOptions } from './prompt-options.ts';

export function promptCommand(program: Command): void {
  const command = program
    .command('prompt')
    .argument('[words...]', 'what to do; - reads it from stdin')
    .description('Send a prompt and show the answer as it comes')
    .option('--chat <id>', 'go on in this chat')
    .option('--session <id>', 'a new chat in this session')
    .option(
      '--base <revision>',
      'a new session whose worktree starts from this branch, tag, commit or pull request',
    )
    .option('--mode <mode>', 'which mode of that agent');
  withCommonOptions(withPromptOptions(command)).action(
    async (words: string[], options: PromptOptions & ChatWishes) => {
      const cli = createCli(options);
      const content = await readInput(words, options, cli.cwd);
      const client = await serverForPrompt(options, cli);
      const about = content.find((block) => block.type === 'text')?.text;
      const chat = await findChat(client, options, cli.cwd, about);
      const turnId = newId('turn');
      const { agent, model } = options;
      const body = {
        id: turnId,
        content,
        ...(agent === undefined ? {} : { agent }),
        ...(model === undefined ? {} : { model }),
      };
      process.exitCode = await runTurn({
        cli,
        client,
        chatId: chat.id,
        turnId,
        policy: policyOf(options, cli),
        submit: () => client.submitPrompt(chat.id, body),
      });
    },
  );
}
