import { newId, type Conflicts, type SentConflicts } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith } from '../cli.ts';
import { conflictsText } from '../terminal/conflict-text.ts';
import { lastChat } from '../prompt/find-chat.ts';
import { pathsFromTop } from './changed-files.ts';
import { sessionFlag, sessionMeant, withSessionOptions, type SessionOptions } from './session-options.ts';

/** What a rebase or merge stopped at, and the ways out of it. */
export function conflictCommands(review: Command): void {
  withSessionOptions(
    review
      .command('conflicts')
      .description('What a rebase or merge stopped at, and what to do about it')
      .option('--send', 'ask the agent of the chat to resolve them')
      .option('--chat <id>', 'default: the chat of the session that was used last'),
  ).action((options: SessionOptions & { chat?: string; send?: boolean }) =>
    answerWith<Conflicts | SentConflicts>(
      options,
      async (client, cli) => {
        const sessionId = await sessionMeant(client, cli, options);
        if (options.send !== true) return client.review.conflicts(sessionId);
        const chatId = options.chat ?? (await lastChat(client, sessionId));
        return client.review.sendConflicts(sessionId, { chatId, turnId: newId('turn') });
      },
      (found) => {
        if (!('turn' in found)) return conflictsText(found, sessionFlag(options));
        const files = found.files.length === 1 ? 'the file' : `the ${found.files.length} files`;
        return `asked the agent of chat ${found.turn.chatId} to resolve ${files} in conflict`;
      },
    ),
  );
  withSessionOptions(
    review
      .command('resolve')
      .argument('<paths...>')
      .description('Mark files in conflict as resolved, as they are on the disk')
      .option('--with-markers', 'conflict markers that are left belong there')
      .option('--undo', 'they are in conflict again; what is on the disk stays'),
  ).action((paths: string[], options: SessionOptions & { withMarkers?: boolean; undo?: boolean }) =>
    answerWith(
      options,
      async (client, cli) => {
        const sessionId = await sessionMeant(client, cli, options);
        const files = (await pathsFromTop(client, cli, sessionId, paths)).map((path) => ({ path }));
        if (options.undo === true) return client.review.markUnresolved(sessionId, { files });
        const withMarkers = options.withMarkers === true ? { withMarkers: true } : {};
        return client.review.markResolved(sessionId, { files, ...withMarkers });
      },
      (left) => conflictsText(left, sessionFlag(options)),
    ),
  );
}
