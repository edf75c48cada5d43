import { join } from 'node:path';

/*
 * Names of files are bytes, and need not be UTF-8. Where git is told the same names that it gave, they are kept as strings of
 * one character a byte (latin1), so that nothing is lost.
 */

/** The records of git's `-z` output as byte strings. */
export function byteRecords(output: Buffer): string[] {
  return output.toString('latin1').split('\0').slice(0, -1);
}

/** For git's standard input. */
export function toInput(records: readonly string[]): Buffer {
  return Buffer.from(records.map((record) => `${record}\0`).join(''), 'latin1');
}

/** For the file system. */
export function onDisk(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(path, 'latin1')]);
}

/** For people: what is no UTF-8 becomes U+FFFD. */
export function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** A path that a client named. */
export function fromClient(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}
