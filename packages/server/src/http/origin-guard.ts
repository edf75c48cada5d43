import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { PilotlightError } from '@pilotlight/protocol';

/** The headers that say by which name a request came and from which page. */
export interface OriginHeaders {
  host?: string | undefined;
  origin?: string | undefined;
  /** `sec-fetch-site`, which browsers set and pages cannot */
  fetchSite?: string | undefined;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests that another web page makes a browser send. The Host must be a name this server knows itself by (a
 * name of somebody else's DNS that points here is not), and an Origin must be the server's own.
 */
export class OriginGuard {
  readonly #hosts: ReadonlySet<string>;

  constructor(host: string, allowedHosts: readonly string[] = []) {
    const own = isWildcard(host) ? ownAddresses() : [bracketed(host)];
    this.#hosts = new Set([...LOOPBACK, ...own, ...allowedHosts].map((name) => name.toLowerCase()));
  }

  /** @throws PilotlightError `forbidden` */
  check(headers: OriginHeaders): void {
    const host = headers.host?.toLowerCase() ?? '';
    if (!this.#hosts.has(withoutPort(host))) {
      throw new PilotlightError(
        'forbidden',
        `this server does not answer to the host name "${withoutPort(host)}"; use its own address, or start it with that name allowed`,
      );
    }
    if (headers.origin !== undefined && !isSameOrigin(headers.origin, host)) {
      throw new PilotlightError('forbidden', `requests of a page from ${headers.origin} are refused`);
    }
    if (headers.fetchSite === 'cross-site' || headers.fetchSite === 'same-site') {
      throw new PilotlightError('forbidden', 'requests of another site are refused');
    }
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  // A Host may name the scheme's own port, which URL leaves out.
  return url.host === host || URL.parse(`${url.protocol}//${host}`)?.host === url.host;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map((each) => bracketed(each.address)),
  );
}
