import { DatabaseSync } from 'node:sqlite';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Database, type Statement } from './database.ts';
import { turnTable } from './turns.ts';

/** Says how SQLite would run what is prepared. */
class PlannedDatabase extends Database {
  readonly plans: { sql: string; plan: string }[] = [];

  override prepare(sql: string): Statement {
    if (/^\s*SELECT/.test(sql)) {
      const rows = this.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      this.plans?.push({ sql, plan: rows.map((row) => String(row['detail'])).join('\n') });
    }
    return super.prepare(sql);
  }
}

test('a question about turns that are not over reads no turn that is', () => {
  using raw = new DatabaseSync(':memory:');
  raw.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
  const database = new PlannedDatabase(':memory:', raw);
  turnTable(database);
  const about = database.plans.filter(({ sql }) => /'(queued|running)'/.test(sql));
  expect(about.length).toBeGreaterThan(4);
  expect(about.filter(({ plan }) => !/USING (COVERING )?INDEX turns_open/.test(plan))).toEqual([]);
});
