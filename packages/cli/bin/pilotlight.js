#!/usr/bin/env node
// Starts the command with a Node that can run it. Plain JavaScript for any Node from 20 on: where the one at hand is too
// old, the one this repository brings (node_modules/node-<platform>-<arch>) takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtMain } from './built-main.js';

const NEEDED = 24;
const main = new URL('../src/main.ts', import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= NEEDED) await run();
else runWith(ownNode());

async function run() {
  // Stripping types and compiling is most of what a start costs, so Node keeps what it made of the files. It notices a file that has changed, and does without where the folder cannot be made.
  module.enableCompileCache(join(cacheFolder(), 'pilotlight', 'compiled'));
  await import((builtMain() ?? main).href);
}

/** The user's own: nobody else may put code there. */
function cacheFolder() {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  const named = process.env.XDG_CACHE_HOME;
  return named?.startsWith('/') ? named : join(homedir(), '.cache');
}

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
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
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
