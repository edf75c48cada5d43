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

  set(name: string, value: string): void {
    this.#write({ ...this.#read(), [name]: value });
  }

  /** Whether there was one. */
  remove(name: string): boolean {
    const { [name]: gone, ...rest } = this.#read();
    if (gone !== undefined) this.#write(rest);
    return gone !== undefined;
  }

  /** A file that cannot be read as such counts as empty; it stays until a secret is set. */
  #read(): Record<string, string> {
    try {
      const text = readFileSync(this.#path, 'utf8');
      chmodSync(this.#path, 0o600);
      return Kept.catch({}).parse(JSON.parse(text));
    } catch {
      return {};
    }
  }

  #write(secrets: Record<string, string>): void {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
