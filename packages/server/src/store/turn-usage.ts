import type { Money, UsageBy, UsageRow, UsageSum } from '@pilotlight/protocol';
import { number, numberOrNull, text, textOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { TurnUsageTable, UsageFilter } from './store.ts';

const KEY: Record<UsageBy, string> = {
  turn: 'turn_id',
  chat: 'chat_id',
  session: 'session_id',
  project: 'project_id',
  day: 'day',
  agent: 'agent',
  model: 'model',
};

const SUMS = `count(*) AS turns,
  sum(input_tokens IS NULL AND cost IS NULL) AS silent_turns,
  total(input_tokens) AS input_tokens, total(output_tokens) AS output_tokens,
  total(reasoning_tokens) AS reasoning_tokens, total(cache_read_tokens) AS cache_read_tokens,
  total(cache_write_tokens) AS cache_write_tokens`;

/** Each condition with the filter that gives its value; a statement is prepared for those that are asked for. */
const CONDITIONS = {
  chatId: 'chat_id = ?',
  sessionId: 'session_id = ?',
  projectId: 'project_id = ?',
  from: 'day >= ?',
  to: 'day <= ?',
} as const satisfies Record<keyof UsageFilter, string>;

function where(filter: UsageFilter): { sql: string; values: string[] } {
  const given = Object.entries(CONDITIONS).flatMap(([name, condition]) => {
    const value = filter[name as keyof UsageFilter];
    return value === undefined ? [] : [{ condition, value }];
  });
  const sql = given.length === 0 ? '' : `WHERE ${given.map(({ condition }) => condition).join(' AND ')}`;
  return { sql, values: given.map(({ value }) => value) };
}

function sumOf(row: Row, costs: Money[]): UsageSum {
  return {
    turns: number(row, 'turns'),
    silentTurns: numberOrNull(row, 'silent_turns') ?? 0,
    inputTokens: number(row, 'input_tokens'),
    outputTokens: number(row, 'output_tokens'),
    reasoningTokens: number(row, 'reasoning_tokens'),
    cacheReadTokens: number(row, 'cache_read_tokens'),
    cacheWriteTokens: number(row, 'cache_write_tokens'),
    costs,
  };
}

function moneyOf(row: Row): Money {
  return { amount: number(row, 'amount'), currency: text(row, 'currency') };
}

export function turnUsageTable(database: Database): TurnUsageTable {
  const insert = database.prepare(
    `INSERT OR IGNORE INTO turn_usage (turn_id, chat_id, session_id, project_id, agent, model, day, at, input_tokens,
       output_tokens, reasoning_tokens, cache_read_tokens, cache_write_tokens, cost, currency, said_cost,
       context_used, context_size)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastSaid = database.prepare(
    `SELECT said_cost FROM turn_usage WHERE chat_id = ? AND agent = ? AND said_cost IS NOT NULL
     ORDER BY at DESC LIMIT 1`,
  );

  /** key → what it cost, in each currency */
  function costsBy(key: string, filter: UsageFilter): Map<string, Money[]> {
    const { sql, values } = where(filter);
    const said = sql === '' ? 'WHERE currency IS NOT NULL' : `${sql} AND currency IS NOT NULL`;
    const found = database
      .prepare(
        `SELECT ${key} AS key, currency, sum(cost) AS amount FROM turn_usage ${said}
         GROUP BY ${key}, currency ORDER BY currency`,
      )
      .all(...values);
    const costs = new Map<string, Money[]>();
    for (const row of found)
      costs.set(text(row, 'key'), [...(costs.get(text(row, 'key')) ?? []), moneyOf(row)]);
    return costs;
  }

  return {
    insert: (row) =>
      insert.run(
        row.turnId,
        row.chatId,
        row.sessionId,
        row.projectId,
        row.agent,
        row.model,
        row.day,
        row.at,
        row.tokens?.inputTokens ?? null,
        row.tokens?.outputTokens ?? null,
        row.tokens?.reasoningTokens ?? null,
        row.tokens?.cacheReadTokens ?? null,
        row.tokens?.cacheWriteTokens ?? null,
        row.cost?.amount ?? null,
        row.cost?.currency ?? null,
        row.saidCost,
        row.contextUsed,
        row.contextSize,
      ),
    lastSaidCost(chatId, agent) {
      const row = lastSaid.get(chatId, agent);
      return row === null ? null : numberOrNull(row, 'said_cost');
    },
    sum(filter) {
      const { sql, values } = where(filter);
      const row = database.prepare(`SELECT ${SUMS} FROM turn_usage ${sql}`).get(...values);
      const costs = costsBy(`''`, filter).get('') ?? [];
      return sumOf(row ?? {}, costs);
    },
    rows(by, filter, limit) {
      const key = KEY[by];
      const { sql, values } = where(filter);
      const costs = costsBy(key, filter);
      // Beside max(), SQLite takes the other columns from the row that has it: the context is that of the last turn.
      const found = database
        .prepare(
          `SELECT ${key} AS key, ${SUMS}, max(at) AS last_at, context_used, context_size FROM turn_usage ${sql}
           GROUP BY ${key} ORDER BY last_at DESC LIMIT ?`,
        )
        .all(...values, limit);
      return found.map((row): Omit<UsageRow, 'name'> => {
        const of = textOrNull(row, 'key') ?? '';
        return {
          key: of,
          ...sumOf(row, costs.get(of) ?? []),
          lastAt: number(row, 'last_at'),
          contextUsed: numberOrNull(row, 'context_used'),
          contextSize: numberOrNull(row, 'context_size'),
        };
      });
    },
  };
}
