import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { serverLogFile } from './data-files.ts';

/** Most that is looked at of what a child said. */
const LOOKED_AT = 64 * 1024;

/** The log as a child that is started now writes it; it may be put aside meanwhile. */
export interface ChildLog extends Disposable {
  descriptor: number;
  /** What the child said last about why it failed, in a line; null when it said nothing. */
  lastError(): string | null;
}

export function openChildLog(dataFolder: string): ChildLog {
  const descriptor = openSync(serverLogFile(dataFolder), 'a+', 0o600);
  const begin = fstatSync(descriptor).size;
  return {
    descriptor,
    lastError() {
      const size = fstatSync(descriptor).size;
      const buffer = Buffer.alloc(Math.min(size - begin, LOOKED_AT));
      const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
      return lastErrorOf(buffer.toString('utf8', 0, read));
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** The log has lines of JSON; what a command says goes between them. */
function lastErrorOf(text: string): string | null {
  const said = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  const line = said.findLast((each) => /^(✗ |\w*Error\b)/.test(each)) ?? said.at(-1);
  return line === undefined ? null : sanitizeLine(line.replace(/^✗ /, ''), 2000).replace(/\.$/, '');
}
