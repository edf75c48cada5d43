/**
 * Who the keepers of a data folder are, and the lock by which there is at most one for each version.
 *
 * Files `<version>.<generation>.json` in one folder, made complete and exclusively (`link`). The holder is the process
 * that the highest generation names, while it lives. Who finds it dead makes the next generation: of two that try, one
 * finds the name taken. The highest file is never removed, not even at a clean end, so that a slow starter that still
 * believes in an older generation finds a higher one when it looks again after its `link`, and gives way.
 */
import { linkSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, isIdentity, type ProcessIdentity } from './process-identity.ts';

export interface KeeperRecord extends ProcessIdentity {
  version: number;
  socket: string;
}

/** Old generations are removed after so many milliseconds: no starter is that slow. */
const keptMs = 60 * 60 * 1000;

/** The keepers that live, newest version first. */
export function liveKeepers(folder: string): KeeperRecord[] {
  const versions = new Set(generations(folder).map(({ version }) => version));
  return [...versions].sort((a, b) => b - a).flatMap((version) => liveKeeper(folder, version) ?? []);
}

/** The keeper of this version, null when none lives. */
export function liveKeeper(folder: string, version: number): KeeperRecord | null {
  const highest = highestGeneration(folder, version);
  return highest === 0 ? null : holder(folder, version, highest);
}

/** Makes this process the keeper of the version: false when another one lives. */
export function claim(folder: string, version: number, socket: string): boolean {
  const self = identify(process.pid);
  if (!self) throw new Error('this system does not say when a process started');
  for (;;) {
    const highest = highestGeneration(folder, version);
    if (highest > 0 && holder(folder, version, highest)) return false;
    const mine = highest + 1;
    if (!create(join(folder, fileName(version, mine)), { ...self, version, socket })) continue;
    if (highestGeneration(folder, version) !== mine) {
      rmSync(join(folder, fileName(version, mine)), { force: true });
      continue;
    }
    removeOld(folder, version, mine);
    return true;
  }
}

function create(path: string, record: KeeperRecord): boolean {
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function holder(folder: string, version: number, generation: number): KeeperRecord | null {
  try {
    const record = JSON.parse(
      readFileSync(join(folder, fileName(version, generation)), 'utf8'),
    ) as KeeperRecord;
    return isIdentity(record) && typeof record.socket === 'string' && isAlive(record) ? record : null;
  } catch {
    return null;
  }
}

function highestGeneration(folder: string, version: number): number {
  return generations(folder).reduce(
    (highest, one) => (one.version === version ? Math.max(highest, one.generation) : highest),
    0,
  );
}

function generations(folder: string): { version: number; generation: number }[] {
  return readdirSync(folder).flatMap((name) => {
    const [, version, generation] = /^(\d{1,6})\.(\d{1,9})\.json$/.exec(name) ?? [];
    return generation === undefined ? [] : [{ version: Number(version), generation: Number(generation) }];
  });
}

function removeOld(folder: string, version: number, mine: number): void {
  for (const one of generations(folder)) {
    const path = join(folder, fileName(one.version, one.generation));
    if (one.version !== version || one.generation >= mine) continue;
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > keptMs) {
      rmSync(path, { force: true });
    }
  }
}

function fileName(version: number, generation: number): string {
  return `${version}.${generation}.json`;
}
