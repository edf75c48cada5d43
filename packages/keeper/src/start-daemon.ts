import { PilotlightError } from '@pilotlight/protocol/error';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { daemonProgram } from './daemon-code.ts';
import type { DaemonOptions } from './main.ts';

/**
 * What keeps it small: the compilers' code alone would be 8 MB and make nothing faster that waits for pipes; a young
 * generation of 1 MB, which the keeper clears by itself (`--expose-gc`).
 */
const flags = [
  '--max-semi-space-size=1',
  '--max-old-space-size=256',
  '--no-opt',
  '--no-sparkplug',
  '--no-maglev',
  '--expose-gc',
];

/** For glibc: what a pipe was read into goes back to the system when it is freed. */
const environment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/**
 * Starts a keeper in a session of its own, with nothing of this process's environment. Resolves when it listens, or
 * found that another one lives.
 * @throws PilotlightError `agent_unavailable` with its reason
 */
export async function startDaemon(options: DaemonOptions): Promise<void> {
  const { folder } = options;
  const log = openSync(folder.log, 'a', 0o600);
  const program = daemonProgram(folder.code);
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(options)], {
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    windowsHide: true,
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  const pipe = child.stdio[3] as Readable;
  let said = '';
  try {
    const read = async (): Promise<void> => {
      for await (const chunk of pipe) said += String(chunk);
    };
    await Promise.race([read(), failed]);
  } catch (cause) {
    throw unavailable(cause instanceof Error ? cause.message : String(cause), folder.log);
  } finally {
    pipe.destroy();
    child.unref();
  }
  const { error } = said === '' ? { error: 'it ended at once' } : (JSON.parse(said) as { error?: string });
  if (error !== undefined) throw unavailable(error, folder.log);
}

function unavailable(reason: string, log: string): PilotlightError {
  return new PilotlightError('agent_unavailable', `The keeper cannot start: ${reason}. Its log is ${log}.`);
}
