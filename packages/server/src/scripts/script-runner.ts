import { newId, PilotlightError, toErrorInfo, type ScriptKind, type ScriptRun } from '@pilotlight/protocol';
import type { ChildProcessPort, ProcessPort } from '@pilotlight/keeper';
import type { Announcer } from '../dispatch/announcer.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { OutputTail } from './output-tail.ts';

export interface ScriptRunnerOptions {
  announcer: Announcer;
  processes: Pick<ProcessPort, 'spawn'>;
  /** output of a session's script came */
  onOutput(sessionId: string): void;
  /** what a script did could not be written down */
  onError(error: unknown): void;
}

export interface StartScript {
  sessionId: string;
  kind: ScriptKind;
  name: string;
  command: string;
  cwd: string;
  env: Record<string, string>;
  /** ms after which it is stopped; never when left out */
  deadlineMs?: number;
}

interface Running {
  run: ScriptRun;
  child: ChildProcessPort | null;
  tail: OutputTail;
  stopping: boolean;
  ended: Promise<ScriptRun>;
}

/** What the output of a running script is written down after, at the latest: a crash may cost the rest. */
const WRITE_EVERY_MS = 1_000;
/** Between two attempts to write down an end that a full disk does not take. */
const AGAIN_MS = 1_000;
const STOP = { stdinMs: 0, termMs: 3_000, killMs: 2_000 };

/**
 * Runs scripts in the shell, each in a process group of its own that the ledger knows, and keeps the end of what they write.
 *
 *   start ─▶ running ─▶ succeeded | failed (exit code) | stopped (by the user, a deadline, or the end of its session)
 *                  └─▶ interrupted: its server is gone
 */
export class ScriptRunner implements AsyncDisposable {
  readonly #o: ScriptRunnerOptions;
  /** by `<session id>/<name>` */
  readonly #running = new Map<string, Running>();
  readonly #disposing = new AbortController();

  constructor(options: ScriptRunnerOptions) {
    this.#o = options;
    const { announcer } = options;
    const left = announcer.store.scripts.running();
    if (left.length === 0) return;
    announcer.journal.commit((scope) => {
      for (const run of left) {
        announcer.store.scripts.putRun({ ...run, state: 'interrupted', endedAt: announcer.now() });
        announcer.scripts(scope, run.sessionId);
      }
    });
  }

  isRunning(sessionId: string, name: string): boolean {
    return this.#running.has(`${sessionId}/${name}`);
  }

  /**
   * Starts it. The answer's `ended` resolves with how it ended, and never rejects.
   * @throws PilotlightError `conflict` while it runs
   */
  start(script: StartScript): { run: ScriptRun; ended: Promise<ScriptRun> } {
    const { sessionId, kind, name, command } = script;
    const key = `${sessionId}/${name}`;
    if (this.#running.has(key))
      throw new PilotlightError('conflict', `"${name}" runs already. Stop it first.`);
    const startedAt = this.#o.announcer.now();
    const run: ScriptRun = {
      id: newId('script'),
      sessionId,
      kind,
      name,
      command,
      state: 'running',
      exitCode: null,
      startedAt,
      endedAt: null,
    };
    this.#write(run);
    const running: Running = {
      run,
      child: null,
      tail: new OutputTail(),
      stopping: false,
      ended: Promise.resolve(run),
    };
    this.#running.set(key, running);
    running.ended = this.#run(running, script).finally(() => this.#running.delete(key));
    return { run, ended: running.ended };
  }

  /** Ends one with its whole process group; nothing when it does not run. */
  async stop(sessionId: string, name: string): Promise<void> {
    const running = this.#running.get(`${sessionId}/${name}`);
    if (running === undefined) return;
    running.stopping = true;
    await running.child?.end(STOP);
    await running.ended;
  }

  async stopAll(sessionId: string): Promise<void> {
    const names = [...this.#running.values()]
      .filter(({ run }) => run.sessionId === sessionId)
      .map(({ run }) => run.name);
    await Promise.all(names.map((name) => this.stop(sessionId, name)));
  }

  /** The end of what it wrote, the last run that is known. */
  output(run: ScriptRun): string {
    const running = this.#running.get(`${run.sessionId}/${run.name}`);
    if (running?.run.id === run.id) return running.tail.read();
    return this.#o.announcer.store.scripts.output(run.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort();
    await Promise.all([...this.#running.values()].map(({ run }) => this.stop(run.sessionId, run.name)));
  }

  async #run(running: Running, script: StartScript): Promise<ScriptRun> {
    const { tail } = running;
    let exitCode: number | null = null;
    let deadline: NodeJS.Timeout | undefined;
    try {
      running.child = await this.#o.processes.spawn({
        owner: `script ${script.name}`,
        command: '/bin/sh',
        args: ['-c', `exec 2>&1 </dev/null\n${script.command}`],
        cwd: script.cwd,
        env: script.env,
      });
      const { child } = running;
      if (running.stopping) void child.end(STOP);
      if (script.deadlineMs !== undefined) {
        deadline = setTimeout(() => {
          tail.push(Buffer.from(`\n[stopped: it did not end within ${script.deadlineMs} ms]\n`));
          void child.end(STOP);
        }, script.deadlineMs);
      }
      const heard = this.#hear(running, child);
      exitCode = (await child.exited).code;
      // What it left in its group holds the pipe; it ends with the script.
      await child.end(STOP);
      await heard;
    } catch (error) {
      tail.push(Buffer.from(`${toErrorInfo(error).message}\n`));
    } finally {
      clearTimeout(deadline);
    }
    const state = running.stopping ? 'stopped' : exitCode === 0 ? 'succeeded' : 'failed';
    const ended: ScriptRun = { ...running.run, state, exitCode, endedAt: this.#o.announcer.now() };
    await this.#writeEnd(ended, tail);
    return ended;
  }

  /** A full disk takes it when there is room again; what no disk takes is shown as interrupted by the next server. */
  async #writeEnd(ended: ScriptRun, tail: OutputTail): Promise<void> {
    const { signal } = this.#disposing;
    for (;;) {
      try {
        return this.#write(ended, tail);
      } catch (error) {
        if (toErrorInfo(error).code === 'store_full' && !signal.aborted) {
          await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
          continue;
        }
        return this.#o.onError(error);
      }
    }
  }

  async #hear({ run, tail }: Running, child: ChildProcessPort): Promise<void> {
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;
    const { store } = this.#o.announcer;
    const write = (): void => {
      timer = undefined;
      try {
        store.transaction(() => store.scripts.setOutput(run.id, tail.read()), 'written');
      } catch (error) {
        this.#o.onError(error);
      }
      this.#o.onOutput(run.sessionId);
    };
    try {
      for await (const chunk of child.stdout) {
        tail.push(chunk);
        bytes += chunk.byteLength;
        child.acknowledge(bytes, 0);
        timer ??= setTimeout(write, WRITE_EVERY_MS);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #write(run: ScriptRun, tail?: OutputTail): void {
    const { announcer } = this.#o;
    const { store, journal } = announcer;
    journal.commit((scope) => {
      // A session that was removed meanwhile has taken its rows along.
      if (store.sessions.get(run.sessionId) === null) return;
      store.scripts.putRun(run);
      if (tail !== undefined) store.scripts.setOutput(run.id, tail.read());
      announcer.scripts(scope, run.sessionId);
    });
  }
}
