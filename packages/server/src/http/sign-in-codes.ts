import { createHash, randomBytes } from 'node:crypto';

/** How long a sign-in link works, in milliseconds. */
export const SIGN_IN_CODE_LIFETIME = 15 * 60 * 1000;
const MAX_OPEN_CODES = 100;

/**
 * One-time codes of sign-in links. Only their hashes are kept, in memory: a restart makes open links void.
 * The oldest goes when too many are open.
 */
export class SignInCodes {
  readonly #expiry = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A new code (32 random bytes, base64url) and when it expires (epoch ms). */
  create(): { code: string; expiresAt: number } {
    const code = randomBytes(32).toString('base64url');
    const expiresAt = this.#now() + SIGN_IN_CODE_LIFETIME;
    this.#expiry.set(hash(code), expiresAt);
    const oldest = this.#expiry.keys().next().value;
    if (this.#expiry.size > MAX_OPEN_CODES && oldest !== undefined) this.#expiry.delete(oldest);
    return { code, expiresAt };
  }

  /** True once for a code that was made here and has not expired. Looked up by hash, so timing tells nothing. */
  redeem(code: string): boolean {
    const key = hash(code);
    const expiresAt = this.#expiry.get(key);
    if (expiresAt === undefined) return false;
    this.#expiry.delete(key);
    return expiresAt > this.#now();
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
