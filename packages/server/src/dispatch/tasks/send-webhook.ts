import { createHmac } from 'node:crypto';
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { mayBeTold } from './webhook-address.ts';

/** What became of one attempt. `status`: null when nothing answered. `error`: null when it was taken. */
export interface WebhookAnswer {
  status: number | null;
  error: string | null;
}

export interface WebhookMessage {
  url: string;
  /** names the delivery, the same at each attempt */
  id: string;
  body: string;
  secret: string | null;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * One POST. Taken is what answers 2xx; a redirect is not followed, and nothing of an answer's body is read. Never rejects.
 * `Pilotlight-Signature: t=<s>,v1=<hex>` is the HMAC-SHA-256 of `<s>.<body>` with the secret.
 */
export async function sendWebhook(message: WebhookMessage, now: number): Promise<WebhookAnswer> {
  const url = new URL(message.url);
  const signal = AbortSignal.any([message.signal, AbortSignal.timeout(message.timeoutMs)]);
  const { promise, resolve: answer } = Promise.withResolvers<WebhookAnswer>();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A name is looked at when it was resolved, an address now: it is connected to without a look-up.
    if (isIP(host) !== 0 && !mayBeTold(host)) throw refused(host);
    const sending = send(url, { method: 'POST', headers: headersOf(message, now), signal, lookup: lookUp });
    sending.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      answer({ status, error: status >= 200 && status < 300 ? null : refusal(status) });
    });
    sending.on('error', (error) => {
      const late = signal.aborted && !message.signal.aborted;
      answer({ status: null, error: late ? `no answer in ${message.timeoutMs / 1000} s` : error.message });
    });
    sending.end(message.body);
  } catch (error) {
    answer({ status: null, error: (error as Error).message });
  }
  return promise;
}

function headersOf({ id, body, secret }: WebhookMessage, now: number): Record<string, string | number> {
  const seconds = Math.floor(now / 1000);
  const signature = createHmac('sha256', secret ?? '')
    .update(`${seconds}.${body}`)
    .digest('hex');
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Pilotlight',
    'pilotlight-delivery': id,
    ...(secret === null ? {} : { 'pilotlight-signature': `t=${seconds},v1=${signature}` }),
  };
}

function refusal(status: number): string {
  return status >= 300 && status < 400
    ? `answered ${status}; redirects are not followed`
    : `answered ${status}`;
}

function refused(address: string): Error {
  return new Error(`${address} is an address that hands out a machine's credentials; nothing is sent there`);
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** What is connected to is what was looked at: a name cannot mean another address the second time. */
function lookUp(hostname: string, options: LookupOptions, found: Found): void {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, []);
    const bad = addresses.find(({ address }) => !mayBeTold(address));
    if (bad !== undefined) return found(refused(bad.address), []);
    const [first] = addresses;
    if (options.all === true) return found(null, addresses);
    if (first === undefined) return found(new Error(`${hostname} has no address`), []);
    found(null, first.address, first.family);
  });
}
