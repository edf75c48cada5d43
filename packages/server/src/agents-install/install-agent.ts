import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { PilotlightError } from '@pilotlight/protocol';
import { confine } from '../workspace/confine.ts';
import { KeyedLock } from '../workspace/keyed-lock.ts';
import type { InstalledAgent } from './installed-agent.ts';
import { agentFolder, installedAgent, writeInstalled } from './installed-agent.ts';
import { runNpm } from './npm.ts';

/*
 * <data folder>/agents/<agent id>/
 *   <version>/node_modules/…   complete, as it was renamed into place; an older one may still be running and is kept
 *   installed.json             which version is the installed one
 *   .installing-…/             an install under way, or one cut short: removed by the next one once it is old
 */
const INSTALLING = '.installing-';
const ABANDONED_AFTER_MS = 60 * 60_000;

export interface InstallSpec {
  /** a name of the registry, with or without scope */
  package: string;
  /** exact, or `latest` */
  version: string;
  /** which of the package's programs; not needed when it has one, or one with its own name */
  bin?: string | undefined;
}

export interface InstallOptions {
  dataFolder: string;
  agentId: string;
  spec: InstallSpec;
  signal?: AbortSignal | undefined;
  /** progress, line by line as npm prints it */
  onLine?: ((line: string) => void) | undefined;
}

const PackageFile = z.object({
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});

const installs = new KeyedLock();

/**
 * Installs an agent's package from the npm registry into the data folder. Scripts of packages are not run. A version that
 * is there already is not fetched again; installing an older one makes it the installed one.
 *
 * @throws PilotlightError `install_failed` with npm's last lines, or when the package lacks the program; `invalid_request`
 *   for a name or version that is not of the registry; `agent_unknown` for a bad id; `cancelled`
 */
export async function installAgent(options: InstallOptions): Promise<InstalledAgent> {
  const { agentId, spec } = options;
  const folder = agentFolder(options.dataFolder, agentId);
  requirePlainSpec(spec);
  return installs.run(folder, () => installAlone(options, folder));
}

async function installAlone(options: InstallOptions, agent: string): Promise<InstalledAgent> {
  const { dataFolder, agentId, spec } = options;
  await mkdir(agent, { recursive: true });
  await removeAbandoned(agent);
  const version = spec.version === 'latest' ? await resolveLatest(options, agent) : spec.version;
  const target = join(agent, version);
  if (!(await holdsPackage(target, spec.package))) await fetchInto(options, version, target);

  const bin = await findBin(target, spec);
  await writeInstalled(dataFolder, agentId, { package: spec.package, version, bin, installedAt: Date.now() });
  const installed = await installedAgent(dataFolder, agentId);
  if (installed === null)
    throw failed(`The files of ${spec.package}@${version} in ${target} disappeared. Try again.`);
  return installed;
}

/** Into a folder beside the target, which then takes its place in one step. */
async function fetchInto(options: InstallOptions, version: string, target: string): Promise<void> {
  const { spec, signal, onLine } = options;
  const folder = await mkdtemp(join(target, '..', INSTALLING));
  try {
    // Its own root: npm would otherwise look for a project further up.
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const flags = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--omit=dev',
      '--save-exact',
      '--no-progress',
    ];
    const args = [
      'install',
      ...flags,
      '--loglevel=http',
      '--prefix',
      folder,
      '--',
      `${spec.package}@${version}`,
    ];
    await runNpm(args, { cwd: folder, signal, onLine });
    await findBin(folder, spec);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function resolveLatest({ spec, signal, onLine }: InstallOptions, cwd: string): Promise<string> {
  const output = await runNpm(['view', '--json', '--', `${spec.package}@latest`, 'version'], {
    cwd,
    signal,
    onLine,
  });
  const version = z.string().safeParse(parseJson(output)).data;
  if (version === undefined || !EXACT_VERSION.test(version)) {
    throw failed(`The registry gave no latest version of ${spec.package}. Name an exact version.`);
  }
  return version;
}

/** Path of the program relative to the folder installed into; null when none is asked for and the package has none. */
async function findBin(folder: string, spec: InstallSpec): Promise<string | null> {
  const root = join(folder, 'node_modules', spec.package);
  const file = PackageFile.safeParse(parseJson(await readFile(join(root, 'package.json'), 'utf8'))).data;
  if (file === undefined) throw failed(`The package.json of ${spec.package} cannot be read.`);
  const { bin = {} } = file;
  const ownName = basename(spec.package);
  const programs = typeof bin === 'string' ? { [ownName]: bin } : bin;
  const names = Object.keys(programs);
  const name = spec.bin ?? (names.length === 1 ? names[0] : ownName) ?? ownName;
  const path = programs[name];
  if (path === undefined) {
    if (spec.bin === undefined && names.length === 0) return null;
    throw failed(`${spec.package} has no program named "${name}". It has: ${names.join(', ') || 'none'}.`);
  }
  const program = await confine(root, path);
  if (!(await stat(program).catch(() => null))?.isFile()) {
    throw failed(
      `${spec.package} names ${path} as its program "${name}", and there is no such file in the package.`,
    );
  }
  return relative(await confine(folder, '.'), program);
}

async function holdsPackage(target: string, name: string): Promise<boolean> {
  return (await stat(join(target, 'node_modules', name, 'package.json')).catch(() => null)) !== null;
}

async function removeAbandoned(agent: string): Promise<void> {
  for (const name of await readdir(agent)) {
    if (!name.startsWith(INSTALLING)) continue;
    const path = join(agent, name);
    const found = await stat(path).catch(() => null);
    if (found === null || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

const PACKAGE_NAME = /^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/;
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** npm takes folders, addresses and ranges where it takes a name and a version: none of these may come in. */
function requirePlainSpec(spec: InstallSpec): void {
  const plain =
    PACKAGE_NAME.test(spec.package) && (spec.version === 'latest' || EXACT_VERSION.test(spec.version));
  if (plain) return;
  throw new PilotlightError(
    'invalid_request',
    `${spec.package}@${spec.version} is not a package of the registry at an exact version (such as 1.2.3) or "latest".`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(message: string): PilotlightError {
  return new PilotlightError('install_failed', message);
}
