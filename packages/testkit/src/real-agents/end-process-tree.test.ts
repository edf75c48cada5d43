import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { endProcessTree } from './end-process-tree.ts';

const GRANDCHILD = `setInterval(() => {}, 1000)`;
// A child in a session of its own, as agents start their commands; it holds our pipe open for as long as it lives.
const CHILD = `
  const { spawn } = require('node:child_process');
  const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(GRANDCHILD)}], { detached: true, stdio: 'inherit' });
  console.log(grandchild.pid);
  setInterval(() => {}, 1000);
`;

test.runIf(process.platform === 'linux')('ends descendants that left the process group', async () => {
  const child = spawn(process.execPath, ['-e', CHILD], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [grandchild] = await once(lines, 'line');
  const closed = once(child, 'close');

  endProcessTree(child.pid ?? 0);

  // `close` comes only when nobody holds the pipe any more, the grandchild included.
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  expect(Number(grandchild)).toBeGreaterThan(0);
});
