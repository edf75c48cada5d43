import { createClient } from '@pilotlight/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { SmallDisk } from './small-disk.ts';
import type { NamedProcess, RunProcesses } from './processes.ts';
import type { Disturbance, DisturbanceKind } from './records.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { ServerProcess } from './server-process.ts';
import type { TopicReader } from './topic-reader.ts';

export type Weights = Partial<Record<DisturbanceKind, number>>;

/** How often each kind is chosen. A kind whose victim is not there is left out that time. */
export const USUAL: Weights = {
  'server-kill': 40,
  'agent-kill': 14,
  'opencode-kill': 7,
  'client-cut': 16,
  'server-stop': 6,
  'agent-stop': 8,
  'keeper-stop': 4,
  'keeper-kill': 2,
  'disk-full': 4,
};

/** The keeper is killed in the last part of a run only: everything it keeps dies with it. */
const KEEPER_PART = 0.8;

/** What a process has answered is read within this time. */
const SETTLE_MS = 50;

export interface DisturberOptions {
  server: ServerProcess;
  processes: RunProcesses;
  readers: readonly TopicReader[];
  disk: SmallDisk | null;
  random: SeededRandom;
  weights: Weights;
  /** average pause between two disturbances */
  everyMs: number;
  onFailure(text: string): void;
}

/** Disturbs a run in every way it knows, one after the other, and leaves it whole. */
export class Disturber {
  readonly done: Disturbance[] = [];
  readonly #o: DisturberOptions;

  constructor(options: DisturberOptions) {
    this.#o = options;
  }

  /** Until the time (epoch ms) is over. Afterwards the server is up and nothing is stopped. */
  async disturb(until: number, signal: AbortSignal): Promise<void> {
    const { random, everyMs, weights } = this.#o;
    const from = Date.now();
    for (;;) {
      await delay(random.between(Math.floor(everyMs * 0.2), Math.floor(everyMs * 1.8)));
      if (Date.now() >= until || signal.aborted) return;
      const isLate = Date.now() > from + (until - from) * KEEPER_PART;
      await this.#one(random.weighted({ ...weights, ...(isLate ? {} : { 'keeper-kill': 0 }) }));
    }
  }

  async #one(kind: DisturbanceKind): Promise<void> {
    const { random, processes, disk, server } = this.#o;
    if (kind === 'server-kill') return await this.#killServer();
    if (kind === 'client-cut') return this.#cut();
    if (kind === 'disk-full') return disk === null ? undefined : await this.#fill(disk);
    if (kind === 'server-stop') return await this.#stop(kind, server.pid, null);
    if (kind === 'keeper-kill' || kind === 'keeper-stop') {
      const keepers = processes.keepers();
      if (keepers.length === 0) return;
      const keeper = random.pick(keepers);
      return kind === 'keeper-kill'
        ? await this.#kill(kind, keeper)
        : await this.#stop(kind, keeper.pid, keeper);
    }
    const wanted = kind === 'opencode-kill';
    const victims = processes
      .children()
      .filter(({ owner }) => kind === 'agent-stop' || isOpencode(owner) === wanted);
    if (victims.length === 0) return;
    const victim = random.pick(victims);
    return kind === 'agent-stop'
      ? await this.#stop(kind, victim.pid, victim)
      : await this.#kill(kind, victim);
  }

  /** Also while it starts, now and then. */
  async #killServer(): Promise<void> {
    const { server, random, onFailure } = this.#o;
    const outage = [this.#begin('server-kill', null)];
    await server.kill();
    let started = server.start();
    while (outage.length < 3 && random.chance(0.15)) {
      await delay(random.between(50, 900));
      outage.push(this.#begin('server-kill', null));
      await server.kill();
      await started;
      started = server.start();
    }
    await started;
    const health = await createClient(await server.address()).health();
    if (health.status !== 'up') onFailure(`after a kill the server's health is ${JSON.stringify(health)}`);
    for (const record of outage) record.until = Date.now();
  }

  #cut(): void {
    const { random, readers } = this.#o;
    const victims = readers.filter(() => random.chance(0.5));
    if (victims.length === 0) return;
    const record = this.#begin('client-cut', null);
    for (const reader of victims) reader.cut();
    record.until = Date.now();
  }

  async #kill(kind: DisturbanceKind, victim: NamedProcess): Promise<void> {
    const { processes } = this.#o;
    // Of opencode there is one for all its chats, also for those that the server has not found again yet.
    const isOfAll = kind === 'keeper-kill' || kind === 'opencode-kill';
    // Held first, so that it does not open a session for one more chat between the question and its end.
    if (!isOfAll && processes.signal(victim, 'SIGSTOP')) await delay(SETTLE_MS);
    const chatIds = isOfAll ? null : await this.#chatsOf(victim.pid);
    const record = this.#begin(kind, chatIds, victim.owner);
    if (!processes.signal(victim, 'SIGKILL')) this.done.splice(this.done.indexOf(record), 1);
    record.until = Date.now();
  }

  /** Stops a process for a moment. The server and agents alike must bear it. */
  async #stop(kind: DisturbanceKind, pid: number | null, named: NamedProcess | null): Promise<void> {
    if (pid === null) return;
    const { random, processes } = this.#o;
    const send = (signal: NodeJS.Signals): boolean =>
      named === null ? process.kill(pid, signal) : processes.signal(named, signal);
    const chatIds = named === null || kind === 'keeper-stop' ? null : await this.#chatsOf(pid);
    const record = this.#begin(kind, chatIds, named?.owner ?? null);
    try {
      send('SIGSTOP');
      await delay(random.between(100, 1500));
    } finally {
      send('SIGCONT');
      record.until = Date.now();
    }
  }

  async #fill(disk: SmallDisk): Promise<void> {
    const record = this.#begin('disk-full', null);
    try {
      disk.fill();
      await delay(this.#o.random.between(200, 2000));
    } finally {
      disk.free();
      // The journal tries again after five seconds at most.
      record.until = Date.now() + 5000;
    }
  }

  /** Whose process it is, as the server says; null when it cannot. */
  async #chatsOf(pid: number): Promise<string[] | null> {
    const asked = this.#o.server.address().then((address) => createClient(address).listProcesses());
    asked.catch(() => {});
    try {
      const all = await Promise.race([asked, delay(500, null)]);
      const chatIds = all?.find((one) => one.pid === pid)?.chatIds ?? [];
      // One that was just taken into use may have its first chat any moment.
      return chatIds.length === 0 ? null : chatIds;
    } catch {
      return null;
    }
  }

  #begin(kind: DisturbanceKind, chatIds: string[] | null, agent: string | null = null): Disturbance {
    const record: Disturbance = { kind, at: Date.now(), until: Infinity, chatIds, agent };
    this.done.push(record);
    return record;
  }
}

function isOpencode(owner: string): boolean {
  return owner.startsWith('opencode');
}
