import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { lockDataFolder, readServerInfo } from './lock.ts';
import { temporaryFolder } from './store-fixture.ts';

/** Another process that tries to lock the folder, says how that went, and holds on until it is ended. */
async function contender(folder: string): Promise<{ said: string; end(): Promise<void> }> {
  const script = `
    const { lockDataFolder } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
    try {
      const lock = lockDataFolder(process.argv[1]);
      lock.announce('http://127.0.0.1:4000');
      console.log('locked');
      globalThis.held = lock;
    } catch (error) { console.log(error.code + ' ' + JSON.stringify(error.details)); }
    setInterval(() => {}, 1000);`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [said] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return {
    said,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('the lock of a data folder', () => {
  it('is held by one at a time, and says by whom', () => {
    using folder = temporaryFolder();
    const first = lockDataFolder(folder.path);
    first.announce('http://127.0.0.1:7777');
    const { pid } = process;
    expect(() => lockDataFolder(folder.path)).toThrow(
      expect.objectContaining({
        code: 'data_folder_in_use',
        details: { folder: folder.path, pid, url: 'http://127.0.0.1:7777' },
      }),
    );
    expect(readServerInfo(folder.path)).toMatchObject({ pid, url: 'http://127.0.0.1:7777' });
    first[Symbol.dispose]();
    expect(readServerInfo(folder.path)).toBeNull();
    lockDataFolder(folder.path)[Symbol.dispose]();
  });

  it('keeps other processes out until its holder is gone, by kill -9 too', async () => {
    using folder = temporaryFolder();
    const holder = await contender(folder.path);
    expect(holder.said).toBe('locked');
    expect(() => lockDataFolder(folder.path)).toThrow(
      expect.objectContaining({
        code: 'data_folder_in_use',
        details: expect.objectContaining({ url: 'http://127.0.0.1:4000' }) as unknown,
      }),
    );
    await holder.end();
    // What the dead holder said is still there, and is not believed.
    expect(existsSync(join(folder.path, 'server.json'))).toBe(true);
    expect(readServerInfo(folder.path)).toBeNull();
    using lock = lockDataFolder(folder.path);
    expect(readServerInfo(folder.path)?.pid).toBe(process.pid);
    expect(lock.file).toContain(folder.path);
  });

  it('goes to exactly one of many that start at once', async () => {
    using folder = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 6 }, () => contender(folder.path)));
    const said = all.map((one) => one.said);
    await Promise.all(all.map((one) => one.end()));
    expect(said.filter((line) => line === 'locked')).toHaveLength(1);
    expect(said.filter((line) => line.startsWith('data_folder_in_use'))).toHaveLength(5);
  });

  it('does not take a recycled process id or another boot for the holder', () => {
    using folder = temporaryFolder();
    lockDataFolder(folder.path)[Symbol.dispose]();
    using lock = lockDataFolder(folder.path);
    const file = join(folder.path, 'server.json');
    const info = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...info, startTime: 1 }));
    expect(readServerInfo(folder.path)).toBeNull();
    writeFileSync(file, JSON.stringify({ ...info, bootId: 'another' }));
    expect(readServerInfo(folder.path)).toBeNull();
    writeFileSync(file, 'half a li');
    expect(readServerInfo(folder.path)).toBeNull();
    expect(statSync(lock.file).mode & 0o777).toBe(0o600);
  });
});
