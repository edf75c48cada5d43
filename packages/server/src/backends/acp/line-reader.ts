/** A message longer than this (bytes) ends the connection: nobody could keep it, show it or store it. */
export const LINE_LIMIT = 64 * 1024 * 1024;

/** What is kept of a line that is no message, in bytes. */
const noiseLimit = 4096;
const newline = 0x0a;

/** A message outgrew the limit; the stream cannot be used any more. */
export class LineTooLongError extends Error {
  constructor(limit: number) {
    super(`a message of more than ${limit} bytes`);
    this.name = 'LineTooLongError';
  }
}

/**
 * Cuts a byte stream into lines. Bytes are decoded by whole lines, so a character may come in two chunks; bytes that are
 * not UTF-8 become U+FFFD, a byte order mark at the beginning goes. Of a long line that cannot be JSON, only the beginning
 * is kept.
 */
export class LineReader {
  readonly #limit: number;
  #pending: Buffer[] = [];
  #size = 0;
  #heard = 0;
  #discarding = false;
  #first = true;

  /** `limit`: bytes of one line. */
  constructor(limit = LINE_LIMIT) {
    this.#limit = limit;
  }

  /** Bytes of the line that is not complete yet, those that were not kept of it included. */
  get pendingBytes(): number {
    return this.#heard;
  }

  /**
   * The lines that this chunk completes, without their ends.
   * @throws LineTooLongError
   */
  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const last = bytes.lastIndexOf(newline);
    if (last === -1) {
      this.#keep(bytes);
      return [];
    }
    const lines: string[] = [];
    let start = 0;
    if (this.#size > 0) {
      const end = bytes.indexOf(newline);
      this.#keep(bytes.subarray(0, end));
      lines.push(this.#take());
      start = end + 1;
    }
    if (start <= last) for (const line of bytes.toString('utf8', start, last).split('\n')) lines.push(line);
    if (last + 1 < bytes.length) this.#keep(bytes.subarray(last + 1));
    return this.#withoutMark(lines);
  }

  /** The last line when it has no newline, at the end of the stream. */
  end(): string[] {
    return this.#size === 0 ? [] : this.#withoutMark([this.#take()]);
  }

  #keep(bytes: Buffer): void {
    this.#heard += bytes.length;
    if (this.#discarding || bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#size > noiseLimit && !mayBeMessage(this.#pending)) {
      this.#pending = [Buffer.from(Buffer.concat(this.#pending).subarray(0, noiseLimit))];
      this.#size = noiseLimit;
      this.#discarding = true;
    }
    if (this.#size > this.#limit) {
      this.#pending = [];
      throw new LineTooLongError(this.#limit);
    }
  }

  #take(): string {
    const [only] = this.#pending;
    const bytes = this.#pending.length === 1 && only ? only : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#size = 0;
    this.#heard = 0;
    this.#discarding = false;
    return bytes.toString('utf8');
  }

  #withoutMark(lines: string[]): string[] {
    const [first] = lines;
    if (this.#first && first !== undefined) {
      this.#first = false;
      if (first.startsWith('\uFEFF')) lines[0] = first.slice(1);
    }
    return lines;
  }
}

/** Whether the first byte that is neither space nor part of a byte order mark opens an object or a list. */
function mayBeMessage(pending: Buffer[]): boolean {
  for (const bytes of pending) {
    for (const byte of bytes) {
      if (byte === 0x7b || byte === 0x5b) return true;
      const skipped =
        byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0xef || byte === 0xbb || byte === 0xbf;
      if (!skipped) return false;
    }
  }
  return true;
}
