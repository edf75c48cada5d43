/**
 * Watches what is resident and lets go of what nobody needs.
 *
 *     asleep ──a session or a spare becomes resident (wake)──▶ looks every 15 s ──nothing is resident any more──▶ asleep
 *
 * One look: inspect the backends, measure the process trees by one scan, read who is needed, decide (policy.ts), release.
 * Between reading who is needed and the beginning of each release nothing else runs, so that a prompt which comes later
 * finds the session closing and starts it again.
 */
import type { AgentBackendKind, BackendProcess, ProcessInfo, ResidencyState } from '@pilotlight/protocol';
import type { TreeUsage } from '@pilotlight/keeper';
import { BackgroundWork } from './background-work.ts';
import {
  decideReleases,
  totalMemory,
  type Marks,
  type Release,
  type ResidentProcess,
  type ResidentSession,
} from './policy.ts';

/** Runs `work` once after so many ms; the answer calls it off. */
export type Schedule = (work: () => void, ms: number) => () => void;

export interface ResidencyOptions {
  /** all live processes of all backends */
  inspect(): Promise<(BackendProcess & { backend: AgentBackendKind })[]>;
  /** by pid; see `measureTrees` of the keeper */
  measure(pids: readonly number[]): Map<number, TreeUsage>;
  /** All agent sessions that are not cold, with what needs them now. */
  sessions(): ResidentSession[];
  /** names of programs that the agent runs for itself */
  helpers(agent: string): readonly string[];
  /** Closes one agent session; takes it out of use before its first pause. */
  release(session: { chatId: string; agent: string }, why: string): Promise<void>;
  endUnused(backend: AgentBackendKind, pid: number): Promise<void>;
  /** Says why a session that waits is resident. */
  explain(session: { chatId: string; agent: string }, why: string): void;
  /** Runs after every look; `pressed`: agents take more than they may. */
  onLooked?(pressed: boolean): void;
  marks: Marks;
  now(): number;
  onError(error: unknown): void;
  /** ms between two looks; default 15 s */
  everyMs?: number;
  schedule?: Schedule;
}

type Found = BackendProcess & { backend: AgentBackendKind };
type Looked = ResidentProcess & { found: Found; usage: TreeUsage | undefined };

const EVERY_MS = 15_000;

export class Residency implements AsyncDisposable {
  readonly #o: ResidencyOptions;
  readonly #work = new BackgroundWork();
  readonly #schedule: Schedule;
  #cancel: (() => void) | null = null;
  #looking: Promise<void> | null = null;
  #pressed = false;
  #disposed = false;
  /** something became resident during a look */
  #woken = false;

  constructor(options: ResidencyOptions) {
    this.#o = options;
    this.#schedule = options.schedule ?? later;
  }

  /** Agents took more than the high mark, and do not yet take less than the low one. */
  get isPressed(): boolean {
    return this.#pressed;
  }

  /** An agent session changed; called for each change, in order. */
  changed({ chatId, agent }: { chatId: string; agent: string }, state: ResidencyState): void {
    const key = `${chatId}/${agent}`;
    if (state === 'starting') this.#work.opening(key, this.#o.now());
    if (state === 'ready') this.#work.opened(key, this.#o.now());
    if (state === 'cold') this.#work.closed(key);
    else this.wake();
  }

  /** An agent session that an earlier server opened, epoch ms. */
  adopted({ chatId, agent }: { chatId: string; agent: string }, opening: { from: number; to: number }): void {
    const key = `${chatId}/${agent}`;
    this.#work.opening(key, opening.from);
    this.#work.opened(key, opening.to);
    this.wake();
  }

  /** Something is resident: looks from now on. */
  wake(): void {
    this.#woken = true;
    if (this.#cancel !== null || this.#looking !== null || this.#disposed) return;
    this.#cancel = this.#schedule(() => void this.look(), this.#o.everyMs ?? EVERY_MS);
  }

  /** One look; resolves when what it released is gone. */
  look(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#woken = false;
    return (this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#o.onError(error);
        return true;
      })
      .then((again) => {
        this.#looking = null;
        if (again || this.#woken) this.wake();
      }));
  }

  /** Every process as it is now, for people. */
  async processes(): Promise<ProcessInfo[]> {
    const looked = await this.#survey();
    return looked.map(({ found, usage, sessions, memoryBytes, work }) => {
      const used = sessions.map(({ lastUsedAt }) => lastUsedAt);
      return {
        ...found,
        memoryBytes,
        cpuMs: usage?.cpuMs ?? null,
        lastUsedAt: used.length === 0 ? null : Math.max(...used),
        why: work.length === 0 ? found.why : `${found.why}; ${workWords(work)}`,
      };
    });
  }

  /** Looks no more; resolves when a look under way has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#cancel?.();
    await this.#looking;
  }

  async #look(): Promise<boolean> {
    const { marks, now, onError, onLooked } = this.#o;
    const looked = await this.#survey();
    if (this.#disposed) return false;
    const used = totalMemory(looked);
    this.#pressed = used > (this.#pressed ? marks.lowBytes : marks.highBytes);
    const releases = decideReleases(looked, marks, now());
    const releasing = releases.map((each) => this.#release(each, looked));
    this.#explain(looked, releases);
    onLooked?.(this.#pressed);
    for (const one of await Promise.allSettled(releasing)) if (one.status === 'rejected') onError(one.reason);
    return looked.length > 0;
  }

  #release({ chatId, agent, pid, why }: Release, looked: readonly Looked[]): Promise<void> {
    if (chatId !== null) return this.#o.release({ chatId, agent }, why);
    const backend = looked.find((process) => process.pid === pid)?.found.backend;
    return backend === undefined ? Promise.resolve() : this.#o.endUnused(backend, pid);
  }

  #explain(looked: readonly Looked[], releases: readonly Release[]): void {
    const gone = new Set(releases.map(({ chatId, agent }) => `${chatId}/${agent}`));
    for (const { sessions, work } of looked) {
      for (const session of sessions) {
        if (gone.has(`${session.chatId}/${session.agent}`)) continue;
        this.#o.explain(session, whyResident(session, work));
      }
    }
  }

  async #survey(): Promise<Looked[]> {
    const found = await this.#o.inspect();
    const usages = this.#o.measure(found.map(({ pid }) => pid));
    const sessions = new Map(this.#o.sessions().map((each) => [`${each.chatId}/${each.agent}`, each]));
    this.#work.keepOnly(found);
    return found.map((process) => {
      const { pid, agent, chatIds, state, startedAt } = process;
      const usage = usages.get(pid);
      const keys = chatIds.map((chatId) => `${chatId}/${agent}`);
      return {
        found: process,
        usage,
        pid,
        agent,
        memoryBytes: usage?.memoryBytes ?? process.memoryBytes,
        sessions: chatIds.map(
          (chatId) =>
            sessions.get(`${chatId}/${agent}`) ?? { chatId, agent, lastUsedAt: startedAt, need: 'opening' },
        ),
        work: this.#work.of(process, keys, usage?.descendants ?? [], this.#o.helpers(agent)),
        unused: chatIds.length === 0 && state === 'ready',
      };
    });
  }
}

function whyResident({ need }: ResidentSession, work: readonly string[]): string {
  if (need === 'pinned') return 'Kept warm, as you asked';
  return work.length > 0 ? `Kept warm: ${workWords(work)}` : 'Kept warm';
}

function workWords(work: readonly string[]): string {
  return `${work.join(', ')} still ${work.length === 1 ? 'runs' : 'run'} in the background`;
}

const later: Schedule = (work, ms) => {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
};
