import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';

export const DEFAULT_PORT = 7766;

/** Options every command has. */
export interface CommonOptions {
  json?: boolean;
  data?: string;
  url?: string;
}

/** Where the server of this call is, before anybody looked whether it runs. */
export interface Settings {
  /** absolute */
  dataFolder: string;
  /** null: not chosen, the default is wanted */
  port: number | null;
  /** null: the server of the data folder */
  url: string | null;
  /** null: the token of the data folder */
  token: string | null;
}

/** Options go before the environment, the environment before the defaults. @throws PilotlightError `config_invalid` */
export function readSettings(options: CommonOptions, env: NodeJS.ProcessEnv): Settings {
  return {
    dataFolder: resolve(options.data ?? given(env['PILOTLIGHT_DATA']) ?? defaultFolder(env)),
    port: parsePort(given(env['PILOTLIGHT_PORT']) ?? null, 'PILOTLIGHT_PORT'),
    url:
      options.url === undefined
        ? parseUrl(given(env['PILOTLIGHT_URL']), 'PILOTLIGHT_URL')
        : parseUrl(options.url, '--url'),
    token: given(env['PILOTLIGHT_TOKEN']) ?? null,
  };
}

/** @throws PilotlightError `config_invalid` */
export function parsePort(text: string | null, name: string): number | null {
  if (text === null) return null;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new PilotlightError('config_invalid', `${name} is "${text}"; expected a port number from 0 to 65535`);
}

/** @throws PilotlightError `config_invalid` */
function parseUrl(text: string | undefined, name: string): string | null {
  if (text === undefined) return null;
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new PilotlightError(
    'config_invalid',
    `${name} is "${text}"; expected an address such as http://127.0.0.1:${DEFAULT_PORT}`,
  );
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function defaultFolder(env: NodeJS.ProcessEnv): string {
  return join(given(env['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share'), 'pilotlight');
}
