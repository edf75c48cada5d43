import { PilotlightError } from '@pilotlight/protocol';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Kept = z.object({
  /** variable of the agent's environment → key */
  keys: z.record(z.string(), z.string()).default({}),
  /** the ACP auth method that somebody logged in with */
  method: z.string().nullable().default(null),
});
export type KeptLogin = z.infer<typeof Kept>;

const NOTHING: KeptLogin = { keys: {}, method: null };

/** The keys of agents: one file an agent, 0600, in a folder that only this user may look into. Nowhere else. */
export class AgentKeys {
  readonly #folder: string;
  readonly #read = new Map<string, KeptLogin>();

  /** @param dataFolder absolute */
  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'keys');
  }

  /** @throws PilotlightError `config_invalid` for a file that somebody has spoiled */
  of(agent: string): KeptLogin {
    const known = this.#read.get(agent);
    if (known !== undefined) return known;
    const kept = this.#readFile(agent);
    this.#read.set(agent, kept);
    return kept;
  }

  /** On disk when it returns. */
  setKey(agent: string, variable: string, key: string): void {
    const kept = this.of(agent);
    this.#write(agent, { ...kept, keys: { ...kept.keys, [variable]: key } });
  }

  setMethod(agent: string, method: string): void {
    const kept = this.of(agent);
    if (kept.method !== method) this.#write(agent, { ...kept, method });
  }

  /** Forgets its keys, and the method that used them. */
  remove(agent: string): void {
    rmSync(this.#path(agent), { force: true });
    this.#read.set(agent, NOTHING);
  }

  #readFile(agent: string): KeptLogin {
    const path = this.#path(agent);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
      chmodSync(path, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
      throw error;
    }
    try {
      return Kept.parse(JSON.parse(text));
    } catch {
      // Without the cause: it could quote a key.
      throw new PilotlightError(
        'config_invalid',
        `${path} does not hold keys any more. Delete it and set the key of agent "${agent}" again.`,
      );
    }
  }

  #write(agent: string, kept: KeptLogin): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(agent);
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    renameSync(temporary, path);
    this.#read.set(agent, kept);
  }

  #path(agent: string): string {
    return join(this.#folder, `${agent}.json`);
  }
}
