import { currentBootId, MARK, readAllStats, readStat } from '@pilotlight/keeper';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the environment of everything a run starts, with the run's folder. */
export const RUN_MARK = 'PILOTLIGHT_CHAOS_RUN';

/** A process as a file of the data folder names it. */
export interface NamedProcess {
  pid: number;
  startTime: string;
  bootId: string;
  /** of the ledger, '' elsewhere */
  id: string;
  owner: string;
}

/** The processes that a run has to do with: those the data folder names, and those that carry the run's mark. */
export class RunProcesses {
  readonly #folder: string;
  readonly #dataFolder: string;
  /** of every ledger entry seen so far */
  readonly #ledgerIds = new Set<string>();

  /** `folder`: of the run, the value of its mark. */
  constructor(folder: string, dataFolder: string) {
    this.#folder = folder;
    this.#dataFolder = dataFolder;
  }

  /** The live children of servers on the data folder. */
  children(): NamedProcess[] {
    const named = readNamed(join(this.#dataFolder, 'processes'));
    for (const { id } of named) this.#ledgerIds.add(id);
    return named.filter(isAlive);
  }

  /** The live keepers of the data folder; none where no keeper is built in. */
  keepers(): NamedProcess[] {
    return readNamed(join(this.#dataFolder, 'keeper', 'keepers')).filter(isAlive);
  }

  /** Signals exactly this process and no other. False when it is gone. */
  signal(named: NamedProcess, signal: NodeJS.Signals): boolean {
    return isAlive(named) && send(named.pid, signal);
  }

  /** Every live process that a server of this run started, or that came from one of those. */
  marked(): { pid: number; startTime: string; words: string }[] {
    const marks = new Set([...this.#ledgerIds].map((id) => `${MARK}=${id}`)).add(
      `${RUN_MARK}=${this.#folder}`,
    );
    const keepers = new Set(this.keepers().map(({ pid }) => pid));
    return readAllStats().flatMap(({ pid, state, startTime }) => {
      if (state === 'Z' || state === 'X' || pid === process.pid) return [];
      const environment = readOrEmpty(`/proc/${pid}/environ`).split('\0');
      if (!keepers.has(pid) && !environment.some((variable) => marks.has(variable))) return [];
      const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return [{ pid, startTime, words: `${pid} (${state}) ${command.slice(0, 300)}` }];
    });
  }

  /** Ends everything of this run at once. Synchronous: it also runs when the process exits. */
  killAll(): void {
    for (let round = 0; round < 5; round++) {
      const left = this.marked();
      if (left.length === 0) return;
      for (const { pid, startTime } of left) if (readStat(pid)?.startTime === startTime) send(pid, 'SIGKILL');
    }
  }
}

/** Whether exactly the named process lives: its pid may be another's by now. */
function isAlive({ pid, startTime, bootId }: NamedProcess): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== 'Z' && stat.startTime === startTime && bootId === currentBootId();
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** What the JSON files of a folder name; what cannot be read (it is being written, or taken away) is left out. */
function readNamed(folder: string): NamedProcess[] {
  return listOrEmpty(folder).flatMap((name) => {
    if (!name.endsWith('.json')) return [];
    try {
      const entry = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Partial<NamedProcess>;
      const { pid, startTime, bootId, id = '', owner = '' } = entry;
      if (typeof pid !== 'number' || startTime === undefined || bootId === undefined) return [];
      return [{ pid, startTime: String(startTime), bootId, id, owner }];
    } catch {
      return [];
    }
  });
}

function listOrEmpty(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
