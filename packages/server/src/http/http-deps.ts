import type { ChatSearch, MessagePage, StopHow } from '@pilotlight/protocol';
import type { Commands } from '../dispatch/commands.ts';
import type { Journal } from '../journal/journal.ts';
import type { SignInCodes } from './sign-in-codes.ts';

export interface BlobBytes {
  bytes: Uint8Array;
  mimeType: string;
}

/** A log that takes fields and a message; nothing secret may be given to it. */
export interface HttpLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Everything the HTTP surface is made from. */
export interface HttpDeps {
  commands: Commands;
  journal: Pick<Journal, 'subscribe' | 'catchUp'>;
  /** the bearer token of this server; at least 32 characters of the alphabet of base64url */
  token: string;
  serverId: string;
  version: string;
  host: string;
  /** names besides loopback and `host` that a request may call this server by */
  allowedHosts?: readonly string[];
  /** absolute, the built web app; without it, and as long as it has no index.html, `/` says how to build it */
  pageFolder?: string;
  signIn: SignInCodes;
  blobs: { get(id: string): BlobBytes | null | Promise<BlobBytes | null> };
  reads: {
    messages(chatId: string, page: { before?: string; limit: number }): MessagePage;
    search(chatId: string, query: { query: string; limit: number }): Promise<ChatSearch>;
  };
  log: HttpLog;
  /** whether running turns go on when the server ends */
  turnsOutliveServer: boolean;
  /** asks the process to end gracefully; returns at once */
  stop(how: StopHow): void;
}
