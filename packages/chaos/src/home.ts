import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { OpenCast } from './cast.ts';
import { RUN_MARK } from './processes.ts';
import { nonceBlock } from './script.ts';
import { SmallDisk } from './small-disk.ts';

/** The folders of one run: data folder, project, the agents' own homes, and what the commands of agents leave. */
export class Home {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-chaos-')));
  readonly dataFolder = join(this.folder, 'data');
  readonly effectsFile = join(this.folder, 'effects.log');
  readonly serverLog = join(this.folder, 'server.stderr');
  /** null when the data folder lies on no disk of its own */
  readonly disk: SmallDisk | null;

  /** `smallDisk`: the data folder gets a disk of its own that can be filled, where this user may mount one. */
  constructor({ smallDisk }: { smallDisk: boolean }) {
    mkdirSync(this.dataFolder, { mode: 0o700 });
    this.disk = smallDisk ? SmallDisk.mount(this.dataFolder) : null;
    mkdirSync(join(this.folder, 'home'));
  }

  /** Before the first server starts. */
  writeAgents(agents: readonly object[]): void {
    if (agents.length > 0) writeFileSync(join(this.dataFolder, 'agents.json'), JSON.stringify({ agents }));
  }

  /** What the server inherits; its agents inherit it from there. */
  env(): NodeJS.ProcessEnv {
    return {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      LANG: 'C.UTF-8',
      HOME: join(this.folder, 'home'),
      PILOTLIGHT_DEMO_PACE_MS: '15',
      [RUN_MARK]: this.folder,
      PILOTLIGHT_AGENT_ENV: RUN_MARK,
    };
  }

  newRepository(): string {
    const path = join(this.folder, 'project');
    mkdirSync(path);
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: path });
    git('init', '-q', '-b', 'main');
    writeFileSync(join(path, 'README.md'), 'hello\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    return path;
  }

  /** nonce → how often the agents got that prompt, of all their processes */
  deliveries(cast: OpenCast): Map<string, number> {
    const counts = new Map<string, number>();
    for (const nonce of [...cast.prompts(), ...this.#demoPrompts()]) count(counts, nonce);
    return counts;
  }

  /** nonce → how often its command ran */
  effects(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const nonce of linesOf(this.effectsFile)) count(counts, nonce);
    return counts;
  }

  lastOfServerLog(): string {
    return existsSync(this.serverLog) ? readFileSync(this.serverLog, 'utf8').slice(-2000) : '';
  }

  /** What lies on the small disk is copied, so that the disk can go. */
  keep(): void {
    if (this.disk === null) return;
    const copy = join(this.folder, 'data-of-the-disk');
    cpSync(this.dataFolder, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    this.disk.unmount();
  }

  remove(): void {
    this.disk?.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The demo agent writes every prompt it gets to the file of its session. */
  #demoPrompts(): string[] {
    const folder = join(this.dataFolder, 'agents', 'demo', 'state');
    if (!existsSync(folder)) return [];
    const records = readdirSync(folder).flatMap((name) => linesOf(join(folder, name)));
    return records.flatMap((line) => {
      const { kind, prompt = [] } = parseRecord(line);
      if (kind !== 'prompt') return [];
      // A recap before the prompt is one block with more in it.
      return prompt.flatMap(({ text = '' }) => {
        const nonce = text.slice(nonceBlock('').length);
        return text === nonceBlock(nonce) ? [nonce] : [];
      });
    });
  }
}

function count(counts: Map<string, number>, nonce: string): void {
  counts.set(nonce, (counts.get(nonce) ?? 0) + 1);
}

function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

function parseRecord(line: string): { kind?: string; prompt?: { text?: string }[] } {
  try {
    return JSON.parse(line) as { kind?: string; prompt?: { text?: string }[] };
  } catch {
    // Torn by a kill.
    return {};
  }
}
