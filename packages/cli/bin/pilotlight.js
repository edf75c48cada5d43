#!/usr/bin/env node
// Starts the command with a Node that can run it. Plain JavaScript for any Node from 20 on: where the one at hand is too
// old, the one this repository brings (node_modules/node-<platform>-<arch>) takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const main = new URL('../src/main.ts', import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= NEEDED) await import(main.href);
else runWith(ownNode());

function ownNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  for (let folder = new URL('../', import.meta.url); ; folder = new URL('../', folder)) {
    const path = fileURLToPath(new URL(`node_modules/${name}/${program}`, folder));
    if (existsSync(path)) return path;
    if (folder.pathname === new URL('../', folder).pathname) break;
  }
  console.error(
    `✗ Pilotlight needs Node ${NEEDED}; this is ${process.version}. Run npm install in its folder, or use a newer Node.`,
  );
  process.exit(70);
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us; without one it came to this process alone and is passed on.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => terminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`✗ ${node} does not start: ${error.message}`);
    process.exit(70);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    // Ends the way the child ended.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
