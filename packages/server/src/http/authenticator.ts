import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const COOKIE_LIFETIME_SECONDS = 30 * 24 * 60 * 60;
/** A WebSocket client that cannot set headers offers this subprotocol, and one with the token behind it. */
export const SOCKET_PROTOCOL = 'pilotlight';
const TOKEN_PROTOCOL_PREFIX = 'pilotlight.token.';

/** The headers that say who asks; names in lower case, as node gives them. */
export interface Credentials {
  authorization?: string | undefined;
  cookie?: string | undefined;
  /** the `sec-websocket-protocol` header; looked at for WebSockets only */
  protocols?: string | undefined;
}

/**
 * Knows the one token. A cookie is `<expires>.<nonce>.<signature by the token>`: it survives restarts, never contains
 * the token, and all cookies end with it. Its name is made from the token, so that two servers on one host name (cookies
 * know no ports) do not overwrite each other's.
 */
export class Authenticator {
  readonly #token: string;
  readonly #tokenHash: Buffer;
  readonly cookieName: string;

  constructor(token: string) {
    this.#token = token;
    this.#tokenHash = sha256(token);
    this.cookieName = `pilotlight_${sign(token, 'cookie name').slice(0, 10)}`;
  }

  accepts(credentials: Credentials, now = Date.now()): boolean {
    const bearer = bearerOf(credentials.authorization);
    if (bearer !== null) return this.#isToken(bearer);
    const offered = tokenProtocol(credentials.protocols);
    if (offered !== null) return this.#isToken(offered);
    return cookiesNamed(credentials.cookie, this.cookieName).some((value) => this.#acceptsCookie(value, now));
  }

  /** The `Set-Cookie` header of a browser that signed in. */
  setCookie(now = Date.now()): string {
    const expires = now + COOKIE_LIFETIME_SECONDS * 1000;
    const body = `${expires}.${randomBytes(12).toString('base64url')}`;
    return (
      `${this.cookieName}=${body}.${sign(this.#token, body)}; Path=/; Max-Age=${COOKIE_LIFETIME_SECONDS}; ` +
      'HttpOnly; SameSite=Strict'
    );
  }

  #isToken(text: string): boolean {
    return timingSafeEqual(sha256(text), this.#tokenHash);
  }

  #acceptsCookie(value: string, now: number): boolean {
    const [expires, nonce, signature, ...rest] = value.split('.');
    if (expires === undefined || nonce === undefined || signature === undefined || rest.length > 0)
      return false;
    return equal(signature, sign(this.#token, `${expires}.${nonce}`)) && Number(expires) > now;
  }
}

/** Compares in constant time, whatever the lengths. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sign(token: string, text: string): string {
  return createHmac('sha256', token).update(text).digest('base64url');
}

function bearerOf(header: string | undefined): string | null {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}

/** The names that a WebSocket client offers as subprotocols. */
function tokenProtocol(header: string | undefined): string | null {
  const offered = (header ?? '').split(',').map((name) => name.trim());
  const found = offered.find((name) => name.startsWith(TOKEN_PROTOCOL_PREFIX));
  return found?.slice(TOKEN_PROTOCOL_PREFIX.length) ?? null;
}

function cookiesNamed(header: string | undefined, name: string): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
