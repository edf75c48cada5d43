import { PilotlightError } from '@pilotlight/protocol/error';
import type { Socket } from 'node:net';
import type { KeeperLink } from './keeper-link.ts';
import type {
  ChildProcessPort,
  KillDeadlines,
  LeftProcess,
  ProcessPort,
  SpawnRequest,
} from './process-port.ts';
import type { ProgramListener, ProgramRequest, RunningProgram } from './program.ts';
import { launchRemote } from './remote-program.ts';
import { RemoteChild, type RemoteProcess } from './remote-child.ts';
import type { Listed, Requests, Stats } from './wire.ts';

export interface KeeperAccess {
  /** of the kill ladder in `dispose` */
  deadlines: KillDeadlines | undefined;
  /** The keeper of this version; started when there is none. */
  connect(): Promise<KeeperLink>;
  /** Keepers of other versions that still have processes. */
  others(): Promise<KeeperLink[]>;
}

/**
 * The processes of a data folder, in the hands of its keeper. When the keeper dies, its processes count as killed, and the
 * next one to be started gets a new keeper.
 */
export class KeeperProcesses implements ProcessPort {
  readonly outlivesServer = true;
  readonly #access: KeeperAccess;
  readonly #children = new Map<string, RemoteChild>();
  readonly #spawning = new Set<Promise<unknown>>();
  #link: Promise<KeeperLink>;
  #keeper: string;
  #others: KeeperLink[] | null = null;
  /** for the next program */
  #ready: Promise<Socket> | null = null;
  #disposed = false;

  constructor(link: KeeperLink, access: KeeperAccess) {
    this.#link = Promise.resolve(link);
    this.#keeper = nameOf(link);
    this.#access = access;
  }

  get keeper(): string {
    return this.#keeper;
  }

  async spawn(request: SpawnRequest): Promise<ChildProcessPort> {
    if (this.#disposed) {
      throw new PilotlightError('server_stopping', `${request.owner} is not started: the server stops.`);
    }
    const spawning = this.#spawn(request);
    this.#spawning.add(spawning);
    return spawning.finally(() => this.#spawning.delete(spawning));
  }

  launch(request: ProgramRequest, listener: ProgramListener): RunningProgram {
    return launchRemote(() => this.#programSocket(), request, listener);
  }

  /** A connection for one program; the next one is opened meanwhile, so that its program need not wait for that. */
  async #programSocket(): Promise<Socket> {
    const waiting = this.#ready;
    this.#ready = null;
    const ready = await waiting?.catch(() => null);
    const socket = ready?.writable === true ? ready : await (await this.#link).program();
    if (this.#disposed || this.#ready !== null) return socket;
    this.#ready = this.#link.then((link) => link.program());
    this.#ready.catch(() => {});
    return socket;
  }

  async left(): Promise<LeftProcess[]> {
    const links = [await this.#current(), ...(await this.#older())];
    const lists = await Promise.all(
      links.map(async (link) => {
        const { processes } = await link.request('list', {}).catch((cause: unknown) => {
          // An older keeper ends when its last process has.
          if (link !== links[0] && !link.open) return { processes: [] };
          throw cause;
        });
        return processes
          .filter(({ process }) => !this.#children.has(process))
          .map((listed) => this.#leftProcess(link, listed));
      }),
    );
    return lists.flat();
  }

  async dispose(how: 'end' | 'leave' = 'end'): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.allSettled(this.#spawning);
    await this.#ready?.then((socket) => socket.destroy()).catch(() => {});
    const links = await this.#openLinks(how === 'end');
    if (how === 'end') {
      const { deadlines } = this.#access;
      await Promise.allSettled([...this.#children.values()].map((child) => child.end(deadlines)));
      await Promise.allSettled(links.map((link) => endAll(link, deadlines)));
    }
    for (const child of this.#children.values()) child.leave(how);
    // A keeper of nothing need not wait for the next server.
    await Promise.allSettled(links.map(endWhenEmpty));
    for (const link of links) link.leave();
  }

  /** Ends every process of the data folder, and its keepers of all versions. */
  async shutdown(deadlines?: KillDeadlines): Promise<void> {
    this.#disposed = true;
    await Promise.allSettled(this.#spawning);
    await this.#ready?.then((socket) => socket.destroy()).catch(() => {});
    const links = await this.#openLinks(true);
    await Promise.all(
      links.map(async (link) => {
        await link.request('shutdown', deadlines === undefined ? {} : { deadlines });
        await link.ended;
      }),
    );
  }

  /** What the keeper of this version needs and keeps. */
  async stats(): Promise<Stats> {
    return (await this.#current()).request('stats', {});
  }

  async #spawn(request: SpawnRequest): Promise<ChildProcessPort> {
    const link = await this.#current();
    const { owner, command, args, cwd, env, tag = '' } = request;
    const { process, pid, startedAt } = await link.request('spawn', { owner, command, args, cwd, env, tag });
    return this.#attach(link, { id: process, owner, pid, startedAt }, 0);
  }

  async #attach(link: KeeperLink, process: RemoteProcess, offset: number): Promise<RemoteChild> {
    let forgotten = false;
    const child = await RemoteChild.attach(link, process, offset, () => {
      forgotten = true;
      this.#children.delete(process.id);
    });
    // One that has ended and said nothing may be forgotten by now.
    if (!forgotten) this.#children.set(child.id, child);
    return child;
  }

  #leftProcess(link: KeeperLink, listed: Listed): LeftProcess {
    const { process: id, owner, tag, pid, startedAt, exit, output, input } = listed;
    return {
      id,
      owner,
      tag,
      pid,
      startedAt,
      exit,
      output,
      input,
      adopt: () => this.#attach(link, { id, owner, pid, startedAt }, output.from),
      end: async (deadlines) => {
        await link.request('end', endOf(id, deadlines));
        await link.request('forget', { process: id });
      },
    };
  }

  /** A keeper that has died is replaced; one that another server took is not. */
  async #current(): Promise<KeeperLink> {
    const known = this.#link;
    const link = await known;
    if (link.open) return link;
    if (this.#disposed || (await link.ended) !== 'lost') throw link.endError();
    // Of several that find it dead, one starts the next.
    if (this.#link === known) {
      this.#children.clear();
      this.#link = this.#replace();
      this.#link.catch(() => (this.#link = known));
    }
    return this.#link;
  }

  async #replace(): Promise<KeeperLink> {
    const link = await this.#access.connect();
    this.#keeper = nameOf(link);
    return link;
  }

  async #older(): Promise<KeeperLink[]> {
    this.#others ??= await this.#access.others();
    this.#others = this.#others.filter((link) => link.open);
    return this.#others;
  }

  async #openLinks(all: boolean): Promise<KeeperLink[]> {
    const current = await this.#link.catch(() => null);
    const older = all ? await this.#older() : (this.#others ?? []);
    return [current, ...older].filter((link) => link?.open === true) as KeeperLink[];
  }
}

function nameOf({ keeper }: KeeperLink): string {
  return `${keeper.pid}/${keeper.startTime}`;
}

async function endWhenEmpty(link: KeeperLink): Promise<void> {
  const { processes } = await link.request('list', {});
  if (processes.length > 0) return;
  await link.request('shutdown', {});
  await link.ended;
}

async function endAll(link: KeeperLink, deadlines: KillDeadlines | undefined): Promise<void> {
  const { processes } = await link.request('list', {});
  await Promise.allSettled(
    processes.map(async ({ process }) => {
      await link.request('end', endOf(process, deadlines));
      await link.request('forget', { process });
    }),
  );
}

function endOf(process: string, deadlines: KillDeadlines | undefined): Requests['end']['ask'] {
  return { process, ...(deadlines === undefined ? {} : { deadlines }) };
}
