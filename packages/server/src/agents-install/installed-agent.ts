import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PilotlightError } from '@pilotlight/protocol';

/** What `installed.json` says; `bin` is relative to the folder of the version. */
const InstalledFile = z.object({
  package: z.string(),
  version: z.string(),
  bin: z.string().nullable(),
  installedAt: z.number(),
});
type InstalledFile = z.infer<typeof InstalledFile>;

/** An agent that was installed by us. */
export interface InstalledAgent {
  package: string;
  /** exact */
  version: string;
  /** absolute path of the program; null: the package has none */
  bin: string | null;
  /** epoch ms */
  installedAt: number;
  /** absolute; holds `node_modules` */
  folder: string;
}

/**
 * The folder of one agent's versions.
 *
 * @throws PilotlightError `agent_unknown` for an id that is no plain name
 */
export function agentFolder(dataFolder: string, agentId: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(agentId)) {
    throw new PilotlightError('agent_unknown', `${JSON.stringify(agentId)} is not the id of an agent.`);
  }
  return join(dataFolder, 'agents', agentId);
}

/**
 * The version of an agent that is installed, or null when there is none or its files are gone.
 *
 * @throws PilotlightError `agent_unknown` for an id that is no plain name
 */
export async function installedAgent(dataFolder: string, agentId: string): Promise<InstalledAgent | null> {
  const agent = agentFolder(dataFolder, agentId);
  const text = await readFile(join(agent, 'installed.json'), 'utf8').catch(() => null);
  const file = text === null ? null : parse(text);
  if (file === null) return null;
  const folder = join(agent, file.version);
  const bin = file.bin === null ? null : join(folder, file.bin);
  const present = await stat(bin ?? folder).catch(() => null);
  return present === null ? null : { ...file, bin, folder };
}

/** Makes a version the installed one, in one step. */
export async function writeInstalled(
  dataFolder: string,
  agentId: string,
  file: InstalledFile,
): Promise<void> {
  const path = join(agentFolder(dataFolder, agentId), 'installed.json');
  await writeFile(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

function parse(text: string): InstalledFile | null {
  try {
    return InstalledFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
