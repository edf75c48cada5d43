import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { agentPath } from './locations.ts';
import { REAL_AGENTS, type RealAgent, type RealAgentId, type RecipeOptions } from './real-agent.ts';
import type { LoggedOut, RealAgentEntry } from './real-agent-entry.ts';

const LOGGED_IN: Pick<LoggedOut, 'without' | 'files'> = { without: [] };

/**
 * Writes the settings of an agent into an isolated home and says how to run it so that it speaks ACP, asks the model
 * server only and keeps everything inside that home. The agents must be installed (`ensureRealAgents`).
 */
export function prepareRealAgent(id: RealAgentId, options: RecipeOptions): RealAgent {
  const entry: RealAgentEntry = REAL_AGENTS[id];
  const shared = isolatedEnv(options.home);
  const version = installedVersion(entry);
  const windows = process.platform === 'win32';
  const fill = filler({
    modelUrl: options.modelUrl,
    home: options.home,
    version,
    modules: agentPath(),
    path: shared['PATH'] ?? '',
    platform: windows ? 'windows' : process.platform,
    arch: process.arch,
    exe: windows ? '.exe' : '',
  });
  const { without, files } = options.loggedOut === true ? entry.loggedOut : LOGGED_IN;
  for (const [path, content] of Object.entries({ ...entry.files, ...files })) {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeSettings(join(options.home, path), fill(text));
  }
  const program = agentPath(fill(entry.program));
  const isScript = program.endsWith('.js');
  const own = Object.entries(entry.env)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => [name, fill(value)]);
  return {
    id,
    name: entry.name,
    version,
    command: isScript ? process.execPath : program,
    args: [...(isScript ? [program] : []), ...entry.args],
    env: { ...shared, ...Object.fromEntries(own) } as Record<string, string>,
    askMode: entry.askMode,
  };
}

function installedVersion(entry: RealAgentEntry): string {
  const manifest = readFileSync(agentPath(entry.package, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Fills in `${name}`; what has no value stays as it is. */
function filler(values: Readonly<Record<string, string>>): (text: string) => string {
  return (text) => text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function writeSettings(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** An environment whose home, XDG folders and temp folder all lie in `home`. */
function isolatedEnv(home: string): Record<string, string> {
  const tmp = join(home, 'tmp');
  mkdirSync(tmp, { recursive: true });
  return {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    HOME: home,
    TMPDIR: tmp,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_CACHE_HOME: join(home, '.cache'),
  };
}
