import { createHash, randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** How many ids share one millisecond in opencode's scheme. */
const PER_MS = 0x1000n;

let lastMs = 0n;
let counter = 0n;

/**
 * A message id that sorts among opencode's own: `msg_`, 48 bits of (epoch ms × 4096 + counter) in hex, 14 characters of
 * base 62. Those are random, or say which turn of ours it is the prompt of: the time must be that of sending, since
 * opencode orders by it, so it cannot be derived from the turn.
 */
export function newMessageId(turnId?: string, now: number = Date.now()): string {
  const ms = BigInt(now);
  if (ms !== lastMs) {
    lastMs = ms;
    counter = 0n;
  }
  counter += 1n;
  const time = BigInt.asUintN(48, ms * PER_MS + counter);
  const end = turnId === undefined ? base62(randomBytes(14)) : turnMark(turnId);
  return `msg_${time.toString(16).padStart(12, '0')}${end}`;
}

/** Whether `newMessageId` made it for this turn, in whatever life of ours. */
export function isPromptOf(messageId: string, turnId: string): boolean {
  return messageId.endsWith(turnMark(turnId));
}

function turnMark(turnId: string): string {
  return base62(createHash('sha256').update(turnId).digest().subarray(0, 14));
}

function base62(bytes: Uint8Array): string {
  return [...bytes].map((byte) => BASE62[byte % 62]).join('');
}
