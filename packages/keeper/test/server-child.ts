/** A server as small as can be, in a process of its own, that dies by its own SIGKILL at a told moment. */
import { appendFileSync, statSync } from 'node:fs';
import { connectKeeper } from '../src/connect-keeper.ts';
import type { ChildProcessPort, SpawnRequest } from '../src/process-port.ts';
import { inputLine, lineAtOffset } from './chatter.ts';

export interface ServerChildOptions {
  data: string;
  ledger: string;
  request: SpawnRequest;
  /** what is committed of the agent's output */
  file: string;
  /** `end`: begins the kill ladder and dies; otherwise talks */
  act: 'talk' | 'end';
  /** writes and chunks until it dies; null: says "quit" and takes everything to the end */
  dieAfter: number | null;
}

const options = JSON.parse(process.argv[2] ?? '') as ServerChildOptions;
const { file, dieAfter } = options;
const processes = await connectKeeper({ dataFolder: options.data, ledgerFolder: options.ledger });
const [left] = await processes.left();
const child = left ? await left.adopt() : await processes.spawn(options.request);

if (options.act === 'end') {
  for await (const _ of child.stdout) {
    void child.end({ stdinMs: 100, termMs: 100, killMs: 5000 });
    // Answered after the keeper has heard of the end.
    await processes.stats();
    die();
  }
}

let steps = 0;
const from = left?.output.from ?? 0;
await Promise.all([commit(child, from), talk(child, lineAtOffset(left?.input.accepted ?? 0))]);
await child.exited;
await processes.dispose('leave');

/** Every byte once: what was committed, but not acknowledged, is passed over. */
async function commit(process: ChildProcessPort, begin: number): Promise<void> {
  let committed = statSync(file).size;
  let offset = begin;
  for await (const chunk of process.stdout) {
    const fresh = chunk.subarray(Math.min(chunk.length, Math.max(0, committed - offset)));
    offset += chunk.length;
    appendFileSync(file, fresh);
    committed += fresh.length;
    // In between lies the moment at which the next server gets bytes again.
    step();
    process.acknowledge(committed, process.written);
  }
}

async function talk(process: ChildProcessPort, next: number): Promise<void> {
  if (dieAfter === null) return process.write('quit\n');
  for (let number = next; ; number++) {
    const line = inputLine(number);
    if (steps + 1 >= dieAfter) await process.write(line.slice(0, line.length / 2));
    step();
    await process.write(line);
  }
}

function step(): void {
  steps += 1;
  if (dieAfter !== null && steps >= dieAfter) die();
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still here');
}
