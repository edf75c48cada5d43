import type { Client } from '@pilotlight/client';
import { resolve } from 'node:path';

/** The id of a project that is named by its id or folder; of the present folder when it is not named. */
export async function projectOf(client: Client, cwd: string, named: string | undefined): Promise<string> {
  if (named !== undefined && /^prj_[\w-]+$/.test(named)) return named;
  return (await client.createProject({ path: resolve(cwd, named ?? '.') })).id;
}
