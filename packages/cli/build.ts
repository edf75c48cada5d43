/**
 * Puts the command, the server included, into a few files in `dist/`: some hundred small ones are most of what a start costs.
 * `bin/pilotlight.js` takes them while they are made of the very files that are there, and the sources otherwise. Does
 * nothing when there is nothing to do.
 */
import { globSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { builtMain, stampOf } from './bin/built-main.js';

const DAY = 86_400_000;
const here = import.meta.dirname;
const packages = join(here, '..');
const dist = join(here, 'dist');
const INSTALLED = join(packages, '../node_modules/.package-lock.json');

/** Files are found from where their source lies. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  transform: (code, id) =>
    id.startsWith(packages) && code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : null,
};

async function buildCommand(): Promise<void> {
  const name = '[name]-[hash].js';
  const { output } = await build({
    input: join(here, 'src/main.ts'),
    platform: 'node',
    plugins: [sourceUrls],
    output: { dir: dist, format: 'esm', entryFileNames: name, chunkFileNames: name },
    logLevel: 'warn',
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  const modules = chunks.flatMap((chunk) => chunk.moduleIds);
  // What is installed changes as a whole.
  const files = [
    INSTALLED,
    ...modules.filter((id) => id.startsWith(packages) && !id.includes('node_modules')),
  ];
  const madeOf = files.map((path) => [path, stampOf(path)]);
  const main = chunks.find((chunk) => chunk.isEntry)?.fileName;
  const unfinished = join(dist, `built.json.${process.pid}.tmp`);
  writeFileSync(unfinished, JSON.stringify({ main, madeOf }));
  renameSync(unfinished, join(dist, 'built.json'));
  removeOld(new Set(output.map((file) => file.fileName)));
}

/** A command that was started a moment ago may still read what it was built of. */
function removeOld(current: ReadonlySet<string>): void {
  for (const name of globSync('*.js', { cwd: dist })) {
    const path = join(dist, name);
    if (!current.has(name) && Date.now() - statSync(path).mtimeMs > DAY) rmSync(path, { force: true });
  }
}

if (builtMain() === null) await buildCommand();
