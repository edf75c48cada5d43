import { randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** How many ids share one millisecond in opencode's scheme. */
const PER_MS = 0x1000n;

let lastMs = 0n;
let counter = 0n;

/**
 * A message id that sorts among opencode's own: `msg_`, 48 bits of (epoch ms × 4096 + counter) in hex, 14 random
 * characters of base 62.
 */
export function newMessageId(now: number = Date.now()): string {
  const ms = BigInt(now);
  if (ms !== lastMs) {
    lastMs = ms;
    counter = 0n;
  }
  counter += 1n;
  const time = BigInt.asUintN(48, ms * PER_MS + counter);
  const random = [...randomBytes(14)].map((byte) => BASE62[byte % 62]).join('');
  return `msg_${time.toString(16).padStart(12, '0')}${random}`;
}
