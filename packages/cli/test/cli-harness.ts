import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../bin/pilotlight.js', import.meta.url));

/** Most of what a short command does is to compile what it is made of. */
const COMPILED = fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url));

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that runs; its output can be awaited while it does. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly result: Promise<Result>;
  #wake = Promise.withResolvers<void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take('stdout', text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#take('stderr', text));
    this.result = once(child, 'close').then(([code]) => {
      this.#wake.resolve();
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Resolves when the output matches; rejects when the command ends without. */
  async until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match !== null) return match;
      if (!isRunning(this.child)) {
        throw new Error(`ended without ${String(pattern)}:\n${this.stdout}\n${this.stderr}`);
      }
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }

  #take(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    this.#wake.resolve();
  }
}

/** A data folder and a repository of their own; disposing ends every server that was started on the folder. */
export class Bench implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-cli-')));
  readonly data = join(this.root, 'data');
  readonly repository = join(this.root, 'shop');
  readonly #started: Running[] = [];

  constructor() {
    const git = (...args: string[]): void =>
      void execFileSync('git', args, { cwd: this.root, stdio: 'ignore' });
    git('init', '-q', '-b', 'main', this.repository);
    writeFileSync(join(this.repository, 'README.md'), 'a shop\n');
    git('-C', this.repository, 'add', '.');
    git('-C', this.repository, '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '-m', 'begin');
  }

  spawn(
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string | Buffer; node?: string[] } = {},
  ): Running {
    const { PILOTLIGHT_URL: _url, PILOTLIGHT_TOKEN: _token, ...env } = process.env;
    const child = spawn(process.execPath, [...(options.node ?? []), BIN, ...args], {
      cwd: options.cwd ?? this.repository,
      env: {
        ...env,
        PILOTLIGHT_DATA: this.data,
        PILOTLIGHT_PORT: '0',
        NODE_COMPILE_CACHE: COMPILED,
        ...options.env,
      },
    });
    child.stdin.on('error', () => {}).end(options.input ?? '');
    const running = new Running(child);
    this.#started.push(running);
    return running;
  }

  run(args: readonly string[], options: Parameters<Bench['spawn']>[1] = {}): Promise<Result> {
    return this.spawn(args, options).result;
  }

  /** A server in the foreground, once it has said where it is. */
  async serve(
    args: readonly string[] = [],
    options: Parameters<Bench['spawn']>[1] = {},
  ): Promise<{ serve: Running; url: string }> {
    const serve = this.spawn(['serve', ...args], options);
    const [, url = ''] = await serve.until('stdout', /Pilotlight (http:\S+)[\s\S]*data /);
    return { serve, url };
  }

  serverPid(): number | null {
    try {
      return (JSON.parse(readFileSync(join(this.data, 'server.json'), 'utf8')) as { pid: number }).pid;
    } catch {
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A prompt that a failed test left would wait for its server to come back, and take one signal for a cancel.
    for (const { child } of this.#started)
      if (!child.spawnargs.includes('serve') && isRunning(child)) child.kill('SIGKILL');
    await this.run(['stop', '--all']);
    for (const { child } of this.#started) if (isRunning(child)) child.kill('SIGTERM');
    await Promise.all(this.#started.map((each) => each.result));
    rmSync(this.root, { recursive: true, force: true });
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Lines of JSON. */
export function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
