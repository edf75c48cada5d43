const keptLines = 20;
const keptChars = 500;

/** The last lines of stdout that were no messages, cut to a readable length. */
export class NoiseRing {
  readonly #lines: string[] = [];

  push(line: string): void {
    // A slice would keep the whole line in memory, so the bytes are copied.
    const text = Buffer.from(line.slice(0, keptChars)).toString().trim();
    if (text === '') return;
    this.#lines.push(text);
    if (this.#lines.length > keptLines) this.#lines.shift();
  }

  lines(): string[] {
    return [...this.#lines];
  }
}
