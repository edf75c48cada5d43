import type { AgentEvent, AgentUsage, Continuity, Money, TokenCounts } from '@pilotlight/protocol';

type UsageEvent = Extract<AgentEvent, { type: 'usage' }>;

/** What a turn has used, at its end. */
export interface MeterReading {
  tokens: TokenCounts | null;
  cost: Money | null;
  /** the cost as the agent said it last, whatever it counts from; null: it said none */
  saidCost: number | null;
  contextUsed: number | null;
  contextSize: number | null;
}

/**
 * Finds out of what an agent says in one turn what that turn has used. Pure: the same events give the same reading, so a
 * turn that is told again is not counted twice.
 *
 * Tokens come from the backend, which knows what its agents count. Cost, where the backend does not know it, is the
 * difference of what was said: agents count it up over a conversation, some from the start of their process on. One that
 * says less than before has begun anew.
 */
export class TurnMeter {
  #turn: UsageEvent['turn'] = {};
  #firstCost: number | null = null;
  #last: AgentUsage = {};

  take({ usage, turn }: UsageEvent): void {
    this.#turn = { ...this.#turn, ...turn };
    this.#firstCost ??= usage.cost?.amount ?? null;
    this.#last = { ...this.#last, ...usage };
  }

  /**
   * @param before the cost that the agent said at the end of its turn before this one; null: it never said one
   * @param continuity how the agent came to know the earlier conversation
   */
  read(before: number | null, continuity: Continuity | null): MeterReading {
    const { cost, contextUsed, contextSize } = this.#last;
    return {
      tokens: this.#turn?.tokens ?? null,
      cost: this.#turn?.cost ?? (cost === undefined ? null : this.#difference(cost, before, continuity)),
      saidCost: cost?.amount ?? null,
      contextUsed: contextUsed ?? null,
      contextSize: contextSize ?? null,
    };
  }

  #difference({ amount, currency }: Money, before: number | null, continuity: Continuity | null): Money {
    return { amount: Math.max(0, amount - this.#from(amount, before, continuity)), currency };
  }

  #from(amount: number, before: number | null, continuity: Continuity | null): number {
    const first = this.#firstCost ?? amount;
    if (continuity === 'fresh' || continuity === 'recap') return 0;
    if (before !== null) return first < before ? 0 : before;
    // What a conversation has cost before anybody counted is not of this turn.
    return continuity === 'resumed' || continuity === 'loaded' ? first : 0;
  }
}

/** As a turn shows it; null when the agent said nothing. */
export function shownUsage({ tokens, cost, contextUsed, contextSize }: MeterReading): AgentUsage | null {
  const usage: AgentUsage = {
    ...(contextUsed === null ? {} : { contextUsed }),
    ...(contextSize === null ? {} : { contextSize }),
    ...tokens,
    ...(cost === null ? {} : { cost }),
  };
  return Object.keys(usage).length === 0 ? null : usage;
}

/** The day of that moment in the time zone of this server, as `2026-11-28`. @param at epoch ms */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
