import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside this file, compiled if this file is. */
const entry = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
const importWord = /(\bfrom\s*|\bimport\s*)'((?:\.|@pilotlight\/)[^']*)'/g;

/** Imports of types alone are gone in what is run, and so is what they name. */
const typeImport = /^(?:import|export) type [^;]*;/gm;

/** The files of the program, by the name each gets in the one folder they all go to. */
type Graph = Map<string, { path: string; source: string }>;

/**
 * The path of a program that is the daemon. Node's own stripping of types costs a process 16 MB for as long as it lives,
 * so the few files are stripped here, once for each of their versions, into a folder of the data folder.
 */
export function daemonProgram(codeFolder: string, main: string = entry): string {
  if (!main.endsWith('.ts')) return main;
  const graph = readGraph(main);
  // Of the sources, and of the Node that strips them: stripping them to find out would be half of a start.
  const hash = createHash('sha256').update(process.version);
  for (const [name, { source }] of graph) hash.update(`\0${name}\0${source}`);
  const folder = join(codeFolder, hash.digest('hex').slice(0, 16));
  const program = join(folder, outName(main));
  if (existsSync(program)) return program;
  const temporary = `${folder}.${process.pid}.new`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  for (const [name, file] of graph) writeFileSync(join(temporary, name), programText(file), { mode: 0o600 });
  try {
    renameSync(temporary, folder);
  } catch (cause) {
    // Somebody else was as quick with the same files.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(program)) throw cause;
  }
  return program;
}

/** The main file and every one that it imports. */
function readGraph(main: string): Graph {
  const graph: Graph = new Map();
  const visit = (path: string): void => {
    const name = outName(path);
    const known = graph.get(name);
    if (known !== undefined && known.path !== path) throw new Error(`two files are named ${name}`);
    if (known !== undefined) return;
    const source = readFileSync(path, 'utf8');
    graph.set(name, { path, source });
    const { resolve } = createRequire(path);
    for (const [, , target = ''] of source.replaceAll(typeImport, '').matchAll(importWord))
      visit(resolve(target));
  };
  visit(main);
  return graph;
}

/** Without types, and with its imports in the same folder. */
function programText({ path, source }: { path: string; source: string }): string {
  const { resolve } = createRequire(path);
  return strip(source).replaceAll(
    importWord,
    (_, word: string, target: string) => `${word}'./${outName(resolve(target))}'`,
  );
}

function outName(path: string): string {
  return basename(path).replace(/\.ts$/, '.mjs');
}

/** Without the warning that this function of Node is young. */
function strip(text: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
