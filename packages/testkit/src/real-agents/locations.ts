import { join } from 'node:path';

/** The folder of the agents' own package.json and lockfile; no workspace of the repository. */
export const AGENTS_FOLDER = join(import.meta.dirname, '../../agents');

/** A path inside an installed agent package. */
export function agentPath(...parts: string[]): string {
  return join(AGENTS_FOLDER, 'node_modules', ...parts);
}
