import { createClient, errorCodeOf } from '@pilotlight/client';
import type { Client } from '@pilotlight/client';
import { PilotlightError } from '@pilotlight/protocol';
import type { Settings } from '../settings.ts';
import { readServerFile, readToken } from './data-files.ts';

/** A client of the server that the settings name, or null when none runs on the data folder. @throws when an address was given and nothing answers */
export async function findServer(settings: Settings): Promise<Client | null> {
  const token = settings.token ?? (await readToken(settings.dataFolder)) ?? undefined;
  if (settings.url !== null) {
    const client = createClient({ url: settings.url, token });
    await client.health();
    return client;
  }
  const running = await readServerFile(settings.dataFolder);
  if (running === null || running.url === null) return null;
  const client = createClient({ url: running.url, token });
  try {
    await client.health();
    return client;
  } catch (error) {
    // The file of a server that was killed may name a process that is another one by now.
    if (errorCodeOf(error) === 'server_unreachable') return null;
    throw error;
  }
}

/** The client of a server that must run already. @throws PilotlightError `server_unreachable` */
export async function requireServer(settings: Settings): Promise<Client> {
  const client = await findServer(settings);
  if (client !== null) return client;
  throw new PilotlightError(
    'server_unreachable',
    `no server runs on ${settings.dataFolder}; start one with \`pilotlight serve\``,
    { details: { dataFolder: settings.dataFolder } },
  );
}
