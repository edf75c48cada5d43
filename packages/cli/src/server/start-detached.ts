import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@pilotlight/client';
import { PilotlightError } from '@pilotlight/protocol';
import { EXIT } from '../exit-codes.ts';
import type { Settings } from '../settings.ts';
import { makeDataFolder, serverLogFile } from './data-files.ts';
import { openChildLog } from './child-log.ts';
import { findServer } from './find-server.ts';

const PATIENCE = 30_000;
const LOOK_EVERY = 50;

/** What `serve` says to the process that started it, over the channel between them. */
export interface ReadyMessage {
  ready: true;
  url: string;
}

/**
 * Starts a server on the data folder that outlives this process, and waits until it answers. When another process is
 * starting one at the same moment, that one is taken. @throws PilotlightError `server_unreachable`
 */
export async function startDetached(settings: Settings): Promise<Client> {
  makeDataFolder(settings.dataFolder);
  using log = openChildLog(settings.dataFolder);
  const child = spawnServe(settings, log.descriptor);
  const outcome = await outcomeOf(child);
  if (child.connected) child.disconnect();
  child.unref();
  if (outcome === 'ready') {
    const client = await findServer(settings);
    if (client !== null) return client;
  }
  if (outcome === EXIT.alreadyRunning) return waitForServer(settings);
  throw new PilotlightError(
    'server_unreachable',
    `the server did not start: ${log.lastError() ?? outcome}. \`pilotlight doctor\` looks closer; the log is ${serverLogFile(settings.dataFolder)}`,
  );
}

function spawnServe({ dataFolder, port }: Settings, log: number): ChildProcess {
  const main = fileURLToPath(new URL('../../bin/pilotlight.js', import.meta.url));
  const where = port === null ? [] : ['--port', String(port)];
  return spawn(process.execPath, [main, 'serve', '--data', dataFolder, ...where], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    cwd: dataFolder,
  });
}

function outcomeOf(child: ChildProcess): Promise<'ready' | 'timeout' | number | string> {
  const { promise, resolve } = Promise.withResolvers<'ready' | 'timeout' | number | string>();
  const timer = setTimeout(() => resolve('timeout'), PATIENCE);
  child.once('message', () => resolve('ready'));
  child.once('exit', (code, signal) => resolve(code ?? signal ?? 'ended'));
  child.once('error', (error) => resolve(error.message));
  return promise.finally(() => clearTimeout(timer));
}

/** Another starter won; its server may still be on its way. */
async function waitForServer(settings: Settings): Promise<Client> {
  const until = Date.now() + PATIENCE;
  while (Date.now() < until) {
    const client = await findServer(settings);
    if (client !== null) return client;
    await pause(LOOK_EVERY);
  }
  throw new PilotlightError(
    'server_unreachable',
    `the server on ${settings.dataFolder} starts but does not answer`,
  );
}
