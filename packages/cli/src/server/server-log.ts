import { renameSync, statSync } from 'node:fs';
import pino from 'pino';
import type { Logger } from 'pino';
import { makeDataFolder, serverLogFile } from './data-files.ts';

/** A log larger than this is put aside (as `server.log.1`) at the next start. */
const LARGEST = 10 * 1024 * 1024;
/** Bytes that wait for a disk that takes nothing; what comes after is left out. */
const MOST_WAITING = 1024 * 1024;

/** The log of a server: JSON lines in its data folder. PILOTLIGHT_LOG_LEVEL says how much (default `info`). */
export function openServerLog(dataFolder: string, env: NodeJS.ProcessEnv): Logger {
  makeDataFolder(dataFolder);
  const file = serverLogFile(dataFolder);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST) renameSync(file, `${file}.1`);
  const level = env['PILOTLIGHT_LOG_LEVEL'] ?? 'info';
  const destination = pino.destination({ dest: file, mode: 0o600, sync: true, maxLength: MOST_WAITING });
  // A full disk must not end the server. What was not written is written with the next line for which there is room.
  destination.on('error', () => {});
  return pino({ level }, destination);
}
