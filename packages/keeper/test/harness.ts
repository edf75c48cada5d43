import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKeeper, stopKeepers, type KeeperConnectOptions } from '../src/connect-keeper.ts';
import type { KeeperProcesses } from '../src/keeper-processes.ts';
import { readAllStats } from '../src/proc-stat.ts';
import type { ChildProcessPort, LeftProcess, SpawnRequest } from '../src/process-port.ts';

export const quick = { stdinMs: 150, termMs: 150, killMs: 5000 };

/** A data folder and a runtime folder of its own, with the keepers in it. Disposing ends them all. */
export class KeeperBench {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'pl-keeper-')));
  readonly data = join(this.root, 'data');
  readonly ledger = join(this.data, 'processes');
  readonly #connected: KeeperProcesses[] = [];

  constructor() {
    process.env['XDG_RUNTIME_DIR'] = this.root;
  }

  async connect(options: Partial<KeeperConnectOptions> = {}): Promise<KeeperProcesses> {
    const processes = await connectKeeper({ dataFolder: this.data, ledgerFolder: this.ledger, ...options });
    this.#connected.push(processes);
    return processes;
  }

  /** A Node program as the child. */
  request(script: string, more: Partial<SpawnRequest> = {}): SpawnRequest {
    const env = { PATH: process.env['PATH'] ?? '' };
    return { owner: 'Test', command: process.execPath, args: ['-e', script], cwd: this.root, env, ...more };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const processes of this.#connected) await processes.dispose('leave').catch(() => {});
    await stopKeepers(this.data, quick);
    const left = keepersOf(this.root);
    rmSync(this.root, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
  }
}

/** The pids of processes whose folder it is, or that were told of it. */
export function keepersOf(root: string): number[] {
  return readAllStats()
    .filter(({ pid, state }) => state !== 'Z' && pid !== process.pid && commandOf(pid).includes(root))
    .map(({ pid }) => pid);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** Everything until the end. */
export async function text(child: ChildProcessPort): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What it says next, as many bytes as they are. */
export function reader(child: ChildProcessPort): (bytes: number) => Promise<string> {
  const iterator = child.stdout[Symbol.asyncIterator]();
  let kept = Buffer.alloc(0);
  return async (bytes) => {
    while (kept.length < bytes) {
      const { done, value } = await iterator.next();
      if (done === true) throw new Error(`stdout ended with ${kept.toString()}`);
      kept = Buffer.concat([kept, value]);
    }
    const said = kept.toString('utf8', 0, bytes);
    kept = kept.subarray(bytes);
    return said;
  };
}

export function only(left: LeftProcess[]): LeftProcess {
  const [one] = left;
  if (!one || left.length > 1) throw new Error(`${left.length} processes are left`);
  return one;
}

export function alive(pid: number): boolean {
  return readAllStats().some((stat) => stat.pid === pid && stat.state !== 'Z');
}
