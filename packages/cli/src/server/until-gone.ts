import { setTimeout as pause } from 'node:timers/promises';
import { PilotlightError } from '@pilotlight/protocol';
import { readServerFile } from './data-files.ts';

const PATIENCE = 30_000;
const LOOK_EVERY = 50;

/** Resolves when that server is not there any more. @throws PilotlightError `server_stopping` when it takes too long */
export async function untilGone(dataFolder: string, pid: number): Promise<void> {
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
