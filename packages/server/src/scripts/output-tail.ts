/** Bytes of output kept of one script, the last ones. */
const KEPT = 128 * 1024;
const CUT = '[what came before is not kept]\n';

/** The end of what a script wrote. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #size = 0;
  #isCut = false;

  push(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk));
    this.#size += chunk.byteLength;
    if (this.#size > 2 * KEPT) this.#shorten();
  }

  /** Text in whole lines, with a line that says so when it is not all. */
  read(): string {
    if (this.#size > KEPT) this.#shorten();
    const text = Buffer.concat(this.#chunks).toString('utf8').replaceAll('\0', '');
    return this.#isCut ? CUT + text : text;
  }

  #shorten(): void {
    const all = Buffer.concat(this.#chunks);
    const kept = all.subarray(all.length - KEPT);
    const lineFeed = kept.indexOf(10);
    const lines = lineFeed < 0 ? kept : kept.subarray(lineFeed + 1);
    this.#chunks = [lines];
    this.#size = lines.length;
    this.#isCut = true;
  }
}
