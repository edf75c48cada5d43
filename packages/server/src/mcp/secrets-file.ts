import { PilotlightError } from '@pilotlight/protocol';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Kept = z.record(z.string(), z.string());

/** Secrets by name, in one file (0600) of the data folder and nowhere else. Read anew each time: somebody may edit it. */
export class SecretsFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  names(): string[] {
    return Object.keys(this.#read()).sort();
  }

  /** undefined when there is none of that name */
  get(name: string): string | undefined {
    const kept = this.#read();
    return Object.hasOwn(kept, name) ? kept[name] : undefined;
  }

  /** @throws PilotlightError `config_invalid`, and nothing is written, for a file that somebody has spoiled */
  set(name: string, value: string): void {
    this.#write({ ...this.#readOrThrow(), [name]: value });
  }

  /** Whether there was one. @throws as `set` */
  remove(name: string): boolean {
    const { [name]: gone, ...rest } = this.#readOrThrow();
    if (gone !== undefined) this.#write(rest);
    return gone !== undefined;
  }

  /** A file that cannot be read holds no secret for anybody. */
  #read(): Record<string, string> {
    try {
      return this.#readOrThrow();
    } catch {
      return {};
    }
  }

  #readOrThrow(): Record<string, string> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
    chmodSync(this.#path, 0o600);
    try {
      return Kept.parse(JSON.parse(text));
    } catch {
      // Without the cause: it could quote a secret.
      throw new PilotlightError(
        'config_invalid',
        `${this.#path} cannot be read as secrets any more. Mend it, or delete it and set the secrets again.`,
      );
    }
  }

  #write(secrets: Record<string, string>): void {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
