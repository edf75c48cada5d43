import {
  PilotlightError,
  allTokens,
  type Budget,
  type BudgetScope,
  type Chat,
  type SetBudget,
} from '@pilotlight/protocol';
import type { BudgetRow, Store, UsageFilter } from '../store/store.ts';
import { dayOf } from './turn-meter.ts';

const DAY = 'day';

/** What may be used of tokens and money, and how much of it is used. Looked at before a turn starts, never while it runs. */
export class Budgets {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  list(): Budget[] {
    return this.#store.budgets.list().map((row) => this.#withUse(row));
  }

  /** @throws PilotlightError `not_found` for a subject that is neither `day` nor a chat or session that is there */
  set(subject: string, { tokens, cost }: SetBudget): Budget {
    const isThere =
      subject === DAY ||
      this.#store.chats.get(subject) !== null ||
      this.#store.sessions.get(subject) !== null;
    if (!isThere) {
      throw new PilotlightError(
        'not_found',
        `There is no chat or session ${subject}. A budget is for one of those, or for "${DAY}".`,
      );
    }
    const row: BudgetRow = { subject, tokens: tokens ?? null, cost: cost ?? null };
    this.#store.budgets.set(row);
    return this.#withUse(row);
  }

  remove(subject: string): void {
    this.#store.budgets.remove(subject);
  }

  /** The first budget that is reached for a turn of this chat: its own, its session's, the day's. */
  reached({ id, sessionId }: Pick<Chat, 'id' | 'sessionId'>): Budget | null {
    for (const row of this.#store.budgets.of([id, sessionId, DAY])) {
      const budget = this.#withUse(row);
      if (budget.isReached) return budget;
    }
    return null;
  }

  #withUse(row: BudgetRow): Budget {
    const scope = scopeOf(row.subject);
    const used = this.#store.turnUsage.sum(this.#filter(scope, row.subject));
    const usedTokens = allTokens(used);
    const usedCost = used.costs.find(({ currency }) => currency === row.cost?.currency)?.amount ?? 0;
    const isReached =
      (row.tokens !== null && usedTokens >= row.tokens) || (row.cost !== null && usedCost >= row.cost.amount);
    return { scope, ...row, usedTokens, usedCost, isReached };
  }

  #filter(scope: BudgetScope, subject: string): UsageFilter {
    if (scope === 'chat') return { chatId: subject };
    if (scope === 'session') return { sessionId: subject };
    const today = dayOf(this.#now());
    return { from: today, to: today };
  }
}

function scopeOf(subject: string): BudgetScope {
  if (subject === DAY) return 'day';
  return subject.startsWith('ses_') ? 'session' : 'chat';
}
