import { number, numberOrNull, text, textOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { BudgetRow, BudgetTable } from './store.ts';

function fromRow(row: Row): BudgetRow {
  const currency = textOrNull(row, 'currency');
  return {
    subject: text(row, 'subject'),
    tokens: numberOrNull(row, 'tokens'),
    cost: currency === null ? null : { amount: number(row, 'cost'), currency },
  };
}

export function budgetTable(database: Database): BudgetTable {
  const set = database.prepare(
    `INSERT INTO budgets (subject, tokens, cost, currency) VALUES (?, ?, ?, ?)
     ON CONFLICT (subject) DO UPDATE SET tokens = excluded.tokens, cost = excluded.cost, currency = excluded.currency`,
  );
  const remove = database.prepare('DELETE FROM budgets WHERE subject = ?');
  const list = database.prepare('SELECT * FROM budgets ORDER BY subject');
  const one = database.prepare('SELECT * FROM budgets WHERE subject = ?');
  return {
    set: ({ subject, tokens, cost }) =>
      set.run(subject, tokens, cost?.amount ?? null, cost?.currency ?? null),
    remove: (subject) => remove.run(subject),
    list: () => list.all().map(fromRow),
    of: (subjects) =>
      subjects.flatMap((subject) => {
        const row = one.get(subject);
        return row === null ? [] : [fromRow(row)];
      }),
  };
}
