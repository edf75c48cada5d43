import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/**
 * The path of npm's command line script, to be run by any Node: the npm that runs us, the one beside our Node,
 * or the first on PATH. Throws when there is none.
 */
export function findNpmCli(env: NodeJS.ProcessEnv = process.env): string {
  const beside = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm'));
  for (const candidate of [env['npm_execpath'], beside, ...onPath]) {
    const path = candidate && resolveLink(candidate);
    // Other package managers set npm_execpath too, and npm on PATH can be a shell script.
    if (path && basename(path) === 'npm-cli.js') return path;
  }
  throw new Error('npm was not found beside Node nor on PATH; install npm 10 or later and try again.');
}

function resolveLink(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
