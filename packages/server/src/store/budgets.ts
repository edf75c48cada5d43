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
  /** Few, and asked of before each turn; null: not read yet. */
  let rows: Map<string, BudgetRow> | null = null;
  const forget = (): void => void (rows = null);
  database.onForget(forget);
  const all = (): Map<string, BudgetRow> =>
    (rows ??= new Map(list.all().map((row) => [text(row, 'subject'), fromRow(row)])));
  return {
    set({ subject, tokens, cost }) {
      set.run(subject, tokens, cost?.amount ?? null, cost?.currency ?? null);
      forget();
    },
    remove(subject) {
      remove.run(subject);
      forget();
    },
    list: () => [...all().values()],
    of: (subjects) => subjects.flatMap((subject) => all().get(subject) ?? []),
  };
}
