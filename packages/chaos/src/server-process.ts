import { createClient } from '@pilotlight/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export interface Address {
  url: string;
  token: string;
}

const START_MS = 60_000;
const END_MS = 30_000;

/**
 * The server as a user starts it, again and again on one data folder, and on the same port where that is free.
 *
 *   down ─(start)─▶ starting ─(says where it is)─▶ up ─(kill, stop)─▶ down
 */
export class ServerProcess {
  readonly dataFolder: string;
  readonly #command: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: string;
  #child: ChildProcess | null = null;
  #port = 0;
  #up = Promise.withResolvers<Address>();
  #isUp = false;
  /** How often one was started. */
  starts = 0;

  readonly #onCrash: (how: string) => void;

  /** `command`: the program that serves. `log`: the file that gets its stderr. `onCrash`: a server that was up ended by itself. */
  constructor(
    dataFolder: string,
    {
      command,
      env,
      log,
      onCrash,
    }: { command: string; env: NodeJS.ProcessEnv; log: string; onCrash: (how: string) => void },
  ) {
    this.dataFolder = dataFolder;
    this.#command = command;
    this.#env = env;
    this.#log = log;
    this.#onCrash = onCrash;
  }

  /** Where the server is, as soon as one is up. */
  readonly address = (): Promise<Address> => this.#up.promise;

  /** null while there is none */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts one and resolves when it says where it is. @throws when it ends before, unless it was killed by `kill` */
  async start(): Promise<Address | 'killed'> {
    const log = openSync(this.#log, 'a');
    const args = [this.#command, 'serve', '--data', this.dataFolder, '--port', String(this.#port), '--json'];
    const child = spawn(process.execPath, args, { env: this.#env, stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    this.starts += 1;
    this.#child = child;
    const said = await firstLine(child);
    if (said === null) return await this.#ended(child);
    const { url } = JSON.parse(said) as { url: string };
    this.#port = Number(new URL(url).port);
    const token = readFileSync(join(this.dataFolder, 'token'), 'utf8').trim();
    const address = { url, token };
    if (this.#child !== child) return 'killed';
    this.#isUp = true;
    this.#up.resolve(address);
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#down();
      this.#onCrash(`the server ended by itself (${code ?? signal})`);
    });
    return address;
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  /** The end that a user asks for, with everything it started. Answers the exit code. */
  async stop(): Promise<number | null> {
    const { url, token } = await this.address();
    return await this.#end(() => createClient({ url, token }).stopServer());
  }

  async #end(how: (child: ChildProcess) => unknown): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    this.#down();
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, 'exit') as Promise<[number | null]>;
    await how(child);
    const ended = await Promise.race([exit, delay(END_MS, null, { ref: false })]);
    if (ended === null) throw new Error(`the server (pid ${child.pid}) does not end`);
    return ended[0];
  }

  #down(): void {
    this.#child = null;
    // Who waits for one that never came up waits on.
    if (this.#isUp) this.#up = Promise.withResolvers();
    this.#isUp = false;
  }

  async #ended(child: ChildProcess): Promise<Address | 'killed'> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (this.#child !== child) return 'killed';
    this.#down();
    const log = readFileSync(this.#log, 'utf8');
    if (this.#port === 0 || !log.includes('port_in_use'))
      throw new Error(`the server did not start (code ${child.exitCode}): ${log.slice(-1000)}`);
    // Somebody took the port meanwhile.
    this.#port = 0;
    return await this.start();
  }
}

/** The first line a child says; null when it ended without. */
async function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const timer = setTimeout(() => reject(new Error('the server does not say where it is')), START_MS);
  lines.once('line', resolve);
  lines.once('close', () => resolve(null));
  return await promise.finally(() => clearTimeout(timer));
}
