/**
 * What is on its way to a process's stdin. Only whole lines go on, so that the half line of a server that died never
 * reaches the agent; and of each line that went since the last acknowledgement its head is remembered, by which a later
 * server knows what was said.
 */
import { PilotlightError } from '@pilotlight/protocol/error';
import type { InputLine } from './process-port.ts';

/** bytes of a line without an end */
export const HALF_LINE_LIMIT = 160 * 2 ** 20;
const headBytes = 256;
/** Lines remembered; the oldest go. A server acknowledges after some hundred at most. */
const rememberedLines = 20_000;
const newline = 10;

export class InputLines {
  readonly #limit: number;
  #accepted = 0;
  #half: Buffer[] = [];
  #halfBytes = 0;
  #forgotten = 0;
  #lines: { offset: number; head: Buffer }[] = [];

  /** `limit`: bytes that wait for their newline. */
  constructor(limit = HALF_LINE_LIMIT) {
    this.#limit = limit;
  }

  /** bytes that went on, since the process started */
  get accepted(): number {
    return this.#accepted;
  }

  /** bytes that came, also those of the half line that waits */
  get received(): number {
    return this.#accepted + this.#halfBytes;
  }

  /** The lines not acknowledged, oldest first. */
  lines(): InputLine[] {
    return this.#lines.map(({ offset, head }) => ({ offset, head: headText(head) }));
  }

  get remembers(): boolean {
    return this.#lines.length > 0;
  }

  /**
   * Gives the bytes that go on now, in order.
   * @throws PilotlightError `payload_too_large` when the half line is; it is discarded
   */
  push(chunk: Buffer): Buffer[] {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#wait(chunk);
      return [];
    }
    const whole = [...this.#half, chunk.subarray(0, end)];
    this.#remember(whole);
    this.#accepted += this.#halfBytes + end;
    this.#half = [];
    this.#halfBytes = 0;
    if (end < chunk.length) this.#wait(chunk.subarray(end));
    return whole;
  }

  /** The writer is gone: what it had not finished is no line. */
  discardHalf(): void {
    this.#half = [];
    this.#halfBytes = 0;
    // A later writer goes on at `accepted`; what it writes is not what the earlier one acknowledged.
    this.#forgotten = Math.min(this.#forgotten, this.#accepted);
  }

  /** The writer says that the half line is all there is: it goes on as it is. */
  takeHalf(): Buffer[] {
    const half = this.#half;
    if (half.length > 0) this.#remember(half);
    this.#accepted += this.#halfBytes;
    this.#half = [];
    this.#halfBytes = 0;
    return half;
  }

  /** Forgets the lines that begin before the offset, also those of them that are still to come from this writer. */
  acknowledge(offset: number): void {
    this.#forgotten = Math.max(this.#forgotten, offset);
    let count = 0;
    while ((this.#lines[count]?.offset ?? Number.POSITIVE_INFINITY) < offset) count += 1;
    this.#lines.splice(0, count);
  }

  #wait(chunk: Buffer): void {
    if (this.#halfBytes + chunk.length > this.#limit) {
      this.discardHalf();
      throw new PilotlightError(
        'payload_too_large',
        `A line of more than ${this.#limit} bytes was written to stdin; lines of that length are refused.`,
      );
    }
    this.#half.push(chunk);
    this.#halfBytes += chunk.length;
  }

  #remember(whole: Buffer[]): void {
    let offset = this.#accepted;
    let open: Buffer[] = [];
    for (const bytes of whole) {
      for (let at = 0; at < bytes.length;) {
        const next = bytes.indexOf(newline, at);
        const end = next === -1 ? bytes.length : next;
        open.push(bytes.subarray(at, end));
        if (next === -1) break;
        offset = this.#line(offset, open) + 1;
        open = [];
        at = end + 1;
      }
    }
    if (open.length > 0) this.#line(offset, open);
  }

  /** Gives the offset of the line's end. */
  #line(offset: number, parts: Buffer[]): number {
    if (offset >= this.#forgotten) {
      const head: Buffer[] = [];
      for (let size = 0, at = 0; size < headBytes && at < parts.length; at += 1) {
        const part = (parts[at] as Buffer).subarray(0, headBytes - size);
        head.push(part);
        size += part.length;
      }
      // A copy, so that the whole line is not kept alive by its head.
      this.#lines.push({ offset, head: Buffer.concat(head) });
      if (this.#lines.length > rememberedLines) this.#lines.splice(0, rememberedLines / 10);
    }
    return parts.reduce((sum, part) => sum + part.length, offset);
  }
}

/** Without the beginning of a character that the cut went through. */
function headText(head: Buffer): string {
  const text = head.toString('utf8');
  return head.length === headBytes ? text.replace(/\uFFFD$/, '') : text;
}
