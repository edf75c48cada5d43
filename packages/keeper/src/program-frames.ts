/**
 * What server and keeper say of one program, on a connection of its own: after the `run` line it is frames in both
 * directions, one byte for the kind, four for the length (big endian), then so many bytes.
 *
 *     server: start (JSON), input*, input_end, signal*       keeper: began, (stdout | stderr)*, then ended or failed (JSON)
 *
 * Without `began` it has not: a keeper that ends before then has done nothing.
 */
export const FRAME = {
  start: 1,
  input: 2,
  inputEnd: 3,
  signal: 4,
  stdout: 5,
  stderr: 6,
  ended: 7,
  failed: 8,
  began: 9,
} as const;

export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

const HEAD_BYTES = 5;
/** bytes of one frame: a start carries an environment, an input a whole file */
const FRAME_LIMIT = 256 * 2 ** 20;
const KINDS: ReadonlySet<number> = new Set(Object.values(FRAME));

/** The head of a frame with so many bytes. */
export function frameHead(kind: FrameKind, bytes: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(bytes, 1);
  return head;
}

export function frame(kind: FrameKind, payload: Uint8Array | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return Buffer.concat([frameHead(kind, bytes.length), bytes]);
}

export function jsonFrame(kind: FrameKind, value: object): Buffer {
  return frame(kind, JSON.stringify(value));
}

/** Makes frames of a byte stream. */
export class FrameSplitter {
  #parts: Buffer[] = [];
  #size = 0;
  #wanted = HEAD_BYTES;
  #kind: FrameKind | null = null;

  /** The frames that the chunk completes. @throws RangeError for a kind there is not, or a frame that is too long */
  push(chunk: Buffer): { kind: FrameKind; payload: Buffer }[] {
    const frames: { kind: FrameKind; payload: Buffer }[] = [];
    this.#parts.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#wanted) {
      const payload = this.#take(this.#wanted);
      if (this.#kind === null) {
        this.#begin(payload);
        continue;
      }
      frames.push({ kind: this.#kind, payload });
      this.#kind = null;
      this.#wanted = HEAD_BYTES;
    }
    return frames;
  }

  #begin(head: Buffer): void {
    const kind = head.readUInt8(0);
    this.#wanted = head.readUInt32BE(1);
    if (!KINDS.has(kind)) throw new RangeError(`a frame of an unknown kind ${kind}`);
    if (this.#wanted > FRAME_LIMIT) throw new RangeError(`a frame of ${this.#wanted} bytes`);
    this.#kind = kind as FrameKind;
  }

  #take(bytes: number): Buffer {
    const [first] = this.#parts;
    const whole =
      this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts, this.#size);
    this.#size -= bytes;
    this.#parts = this.#size === 0 ? [] : [whole.subarray(bytes)];
    return whole.subarray(0, bytes);
  }
}
