import type { Client } from '@pilotlight/client';
import { PilotlightError, newId, type ReviewComment } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions, type Cli } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { commentText, quoted } from '../terminal/diff-text.ts';
import { lastChat } from '../prompt/find-chat.ts';
import { pathsFromTop } from './changed-files.ts';
import { conflictCommands } from './review-conflicts.ts';
import { fileCommands } from './review-files.ts';
import { sessionMeant, withSessionOptions, type SessionOptions } from './session-options.ts';

interface SendOptions extends SessionOptions {
  chat?: string;
  text?: string;
}

export function reviewCommand(program: Command): void {
  const review = program
    .command('review')
    .description('Comments on the changes of a session, and what is staged');
  listCommand(review, 'Its comments, drafts first')
    .option('--session <id>', 'default: the one whose worktree this folder is')
    .action((options: SessionOptions) =>
      answerWith(
        options,
        async (client, cli) => (await client.review.get(await sessionMeant(client, cli, options))).comments,
        (comments) => comments.map(commentText).join('\n') || 'no comments',
      ),
    );
  withSessionOptions(
    review
      .command('comment')
      .argument('<path>')
      .argument('<lines>', 'such as 12 or 12-15')
      .argument('<text>')
      .description('Write a comment, kept until it is sent'),
  ).action((path: string, lines: string, text: string, options: SessionOptions) =>
    answerWith(options, (client, cli) => comment(client, cli, { path, lines, text }, options), commentText),
  );
  withCommonOptions(
    review.command('remove').argument('<comment>').description('Take a comment back that is not sent'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.review.removeComment(id),
      () => `removed ${id}`,
    ),
  );
  withSessionOptions(
    review
      .command('send')
      .description('Send all comments to an agent as one prompt')
      .option('--chat <id>', 'default: the chat of the session that was used last')
      .option('--text <text>', 'said before the comments'),
  ).action((options: SendOptions) =>
    answerWith(
      options,
      async (client, cli) => {
        const sessionId = await sessionMeant(client, cli, options);
        const chatId = options.chat ?? (await lastChat(client, sessionId));
        const text = options.text === undefined ? {} : { text: options.text };
        return client.review.sendComments(sessionId, { chatId, turnId: newId('turn'), ...text });
      },
      ({ turn, comments }) =>
        `sent ${comments.length === 1 ? 'one comment' : `${comments.length} comments`} to chat ${turn.chatId}`,
    ),
  );
  conflictCommands(review);
  fileCommands(review);
}

async function comment(
  client: Client,
  cli: Cli,
  { path, lines, text }: { path: string; lines: string; text: string },
  options: SessionOptions,
): Promise<ReviewComment> {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(lines) ?? [];
  if (first === '')
    throw new PilotlightError('invalid_request', `"${lines}" names no lines; say 12 or 12-15`);
  const [startLine, endLine] = [Number(first), Number(last)];
  const sessionId = await sessionMeant(client, cli, options);
  const [name = path] = await pathsFromTop(client, cli, sessionId, [path]);
  const file = await client.readFile(sessionId, name);
  const code = (file.text ?? '').split('\n').slice(startLine - 1, endLine);
  if (code.length < endLine - startLine + 1) {
    throw new PilotlightError('invalid_request', `${quoted(file.path)} has no line ${endLine}`);
  }
  const place = { path: file.path, side: 'new' as const, startLine, endLine, code: code.join('\n') };
  return client.review.createComment(sessionId, { id: newId('comment'), ...place, text });
}
