import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { duration, megabytes, table } from '../terminal/table.ts';

export function psCommand(program: Command): void {
  withCommonOptions(program.command('ps').description('Agent processes and why they are there')).action(
    (options: CommonOptions) =>
      answerWith(
        options,
        (client) => client.listProcesses(),
        (processes) =>
          table(
            processes.map((each) => [
              String(each.pid),
              each.agent,
              each.state,
              megabytes(each.memoryBytes),
              duration(Date.now() - each.startedAt),
              each.why,
            ]),
          ),
      ),
  );
}
