import { readFileSync } from 'node:fs';

/** One step of the schema, run in a transaction of its own. Never changed once it was released. */
export interface Migration {
  /** the `user_version` a database has after it */
  version: number;
  name: string;
  /** the statements, without BEGIN and COMMIT */
  sql(): string;
}

function fromFile(file: string, index: number): Migration {
  return {
    version: index + 1,
    name: file.slice(0, -'.sql'.length),
    sql: () => readFileSync(new URL(`./migrations/${file}`, import.meta.url), 'utf8'),
  };
}

/** All migrations, version 1 first. `schema.sql` is what they amount to. */
export const MIGRATIONS: readonly Migration[] = [
  '0001-initial.sql',
  '0002-session-base.sql',
  '0003-chat-attention.sql',
  '0004-heard-output.sql',
  '0005-agent-session-use.sql',
  '0006-continuations.sql',
  '0007-policies.sql',
  '0008-usage.sql',
  '0010-mcp-servers.sql',
  '0011-recap-owed.sql',
  '0012-checkpoints.sql',
  '0013-reviews.sql',
  '0014-tasks.sql',
  '0015-scripts.sql',
].map(fromFile);

/** The statements that make a new database of the newest version. */
export function schemaSql(): string {
  return readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
}
