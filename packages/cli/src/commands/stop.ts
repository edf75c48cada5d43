import { setTimeout as pause } from 'node:timers/promises';
import { PilotlightError } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import { readServerFile } from '../server/data-files.ts';
import type { CommonOptions } from '../settings.ts';

const PATIENCE = 30_000;
const LOOK_EVERY = 50;

export function stopCommand(program: Command): void {
  withCommonOptions(program.command('stop').description('Stop the server gracefully')).action(
    (options: CommonOptions) =>
      answerWith(
        options,
        async (client, { settings }) => {
          const running = settings.url === null ? await readServerFile(settings.dataFolder) : null;
          await client.stopServer();
          if (running !== null) await untilGone(settings.dataFolder, running.pid);
          return { stopped: client.url };
        },
        ({ stopped }) => `✓ stopped ${stopped}`,
      ),
  );
}

async function untilGone(dataFolder: string, pid: number): Promise<void> {
  const until = Date.now() + PATIENCE;
  while ((await readServerFile(dataFolder))?.pid === pid) {
    if (Date.now() > until) {
      throw new PilotlightError(
        'server_stopping',
        `the server (pid ${pid}) still ends its agents; look again in a moment`,
      );
    }
    await pause(LOOK_EVERY);
  }
}
