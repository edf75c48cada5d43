import type { Socket } from 'node:net';

const newline = 10;

/** Makes lines of a byte stream. */
export class LineSplitter {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #size = 0;

  /** `limit`: bytes of a line. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The lines that the chunk completes, without their newlines.
   * @throws RangeError when a line is too long
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#size += part.length;
    if (this.#size > this.#limit) throw new RangeError(`a line of more than ${this.#limit} bytes`);
    this.#parts.push(part);
  }

  #take(): string {
    const line = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}

/** Calls once with the first line and the bytes behind it; never when the connection ends before or the line is too long. */
export function onFirstLine(socket: Socket, limit: number, use: (line: string, rest: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf(newline);
    if (end > limit || (end === -1 && bytes.length > limit)) socket.destroy();
    if (end === -1 || end > limit) return;
    socket.off('data', take);
    use(bytes.toString('utf8', 0, end), bytes.subarray(end + 1));
  };
  socket.on('data', take);
}
