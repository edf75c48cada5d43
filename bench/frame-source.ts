import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process with one chat whose journal makes frames, which nothing coalesces, when told to. */
export async function startFrameSource() {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  const child = fork(fileURLToPath(new URL('./frame-child.ts', import.meta.url)), [root]);
  const [about] = (await once(child, 'message')) as [{ url: string; token: string; topic: string }];
  return {
    ...about,
    produce: (frames: number) => child.send(frames),
    async close(): Promise<void> {
      const exit = once(child, 'exit');
      child.send('close');
      await exit;
      rmSync(root, { recursive: true, force: true });
    },
  };
}
