import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where things lie in the data folder. */
export interface DataFolder {
  root: string;
  /** the bearer token, 0600 */
  token: string;
  worktrees: string;
  /** what of ours lies beside the worktrees, to take checkpoints quickly; may be deleted while no server runs */
  checkpoints: string;
  ledger: string;
  /** state of backends: passwords of servers they own, 0600 */
  backends: string;
  /** empty: where spare agent processes wait whose folder does not matter */
  spares: string;
  agentsFile: string;
  /** secrets that MCP servers are given, 0600 */
  mcpSecrets: string;
}

/** The folder with what belongs into it; made, and closed to other users, when it is not there. */
export function openDataFolder(root: string): DataFolder {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const folder: DataFolder = {
    root,
    token: join(root, 'token'),
    worktrees: join(root, 'worktrees'),
    checkpoints: join(root, 'checkpoints'),
    ledger: join(root, 'processes'),
    backends: join(root, 'backends'),
    spares: join(root, 'spares'),
    agentsFile: join(root, 'agents.json'),
    mcpSecrets: join(root, 'mcp-secrets.json'),
  };
  for (const inside of [folder.worktrees, folder.checkpoints, folder.backends, folder.spares])
    mkdirSync(inside, { recursive: true, mode: 0o700 });
  return folder;
}

function writePrivately(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

/** The token of this data folder; made at the first start. */
export function readOrMakeToken(folder: DataFolder): string {
  try {
    const token = readFileSync(folder.token, 'utf8').trim();
    if (token.length >= 32) {
      chmodSync(folder.token, 0o600);
      return token;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const token = randomBytes(32).toString('base64url');
  writePrivately(folder.token, `${token}\n`);
  return token;
}
