import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside this file, compiled if this file is. */
const entry = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
const importWord = /(\bfrom\s*|\bimport\s*)'((?:\.|@pilotlight\/)[^']*)'/g;

/**
 * The path of a program that is the daemon. Node's own stripping of types costs a process 16 MB for as long as it lives,
 * so the few files are stripped here, once for each of their versions, into a folder of the data folder.
 */
export function daemonProgram(codeFolder: string, main: string = entry): string {
  if (!main.endsWith('.ts')) return main;
  const files = strippedGraph(main);
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  const folder = join(codeFolder, hash.digest('hex').slice(0, 16));
  const program = join(folder, outName(main));
  if (existsSync(program)) return program;
  const temporary = `${folder}.${process.pid}.new`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  for (const [name, text] of files) writeFileSync(join(temporary, name), text, { mode: 0o600 });
  try {
    renameSync(temporary, folder);
  } catch (cause) {
    // Somebody else was as quick with the same files.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(program)) throw cause;
  }
  return program;
}

/** Every file that the main one imports, by the name it gets in the one folder they all go to. */
function strippedGraph(main: string): Map<string, string> {
  const files = new Map<string, string>();
  const sources = new Map<string, string>();
  const visit = (path: string): string => {
    const name = outName(path);
    if (sources.has(name) && sources.get(name) !== path) throw new Error(`two files are named ${name}`);
    if (sources.has(name)) return name;
    sources.set(name, path);
    const resolve = createRequire(path).resolve;
    const stripped = strip(readFileSync(path, 'utf8'));
    files.set(
      name,
      stripped.replaceAll(
        importWord,
        (_, word: string, target: string) => `${word}'./${visit(resolve(target))}'`,
      ),
    );
    return name;
  };
  visit(main);
  return files;
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
