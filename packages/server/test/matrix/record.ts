/** What the last run of the matrix saw, as a file of the repository: tests hold to it, and `docs/agents.md` shows it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Cell } from './cell.ts';

const FILE = fileURLToPath(new URL('./record.json', import.meta.url));

const AgentRecord = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** how the server drives it */
  backend: z.string(),
  /** day of its last run, such as 2026-01-31 */
  day: z.string(),
  /** ability id → what came of it */
  cells: z.record(z.string(), Cell),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

/** agent id → its record */
const MatrixRecord = z.record(z.string(), AgentRecord);
export type MatrixRecord = z.infer<typeof MatrixRecord>;

export function readRecord(): MatrixRecord {
  return existsSync(FILE) ? MatrixRecord.parse(JSON.parse(readFileSync(FILE, 'utf8'))) : {};
}

export function writeRecord(record: MatrixRecord): void {
  writeFileSync(FILE, `${JSON.stringify(record, null, 2)}\n`);
}
