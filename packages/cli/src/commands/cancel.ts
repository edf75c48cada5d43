import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';

export function cancelCommand(program: Command): void {
  withCommonOptions(
    program
      .command('cancel')
      .argument('<id>', 'a chat or a turn')
      .description('Cancel what a chat runs now, or one turn'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => (id.startsWith('trn_') ? client.cancelTurn(id) : client.cancelChat(id)),
      ({ turn }) =>
        turn === null
          ? 'nothing runs'
          : `${turn.id} ${turn.state === 'cancelled' ? 'cancelled' : 'is being cancelled'}`,
    ),
  );
}
