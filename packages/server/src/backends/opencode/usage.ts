import type { AgentUsage, TurnSpend } from '@pilotlight/protocol';
import type { WirePart, WireSession, WireTokens } from './wire.ts';

interface Totals {
  cost: number;
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite: number;
}

const NOTHING: Totals = { cost: 0, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 };

function totals(cost: number | undefined, tokens: WireTokens | undefined): Totals {
  return {
    cost: cost ?? 0,
    input: tokens?.input ?? 0,
    output: tokens?.output ?? 0,
    reasoning: tokens?.reasoning ?? 0,
    cacheRead: tokens?.cache?.read ?? 0,
    cacheWrite: tokens?.cache?.write ?? 0,
  };
}

function combine(a: Totals, b: Totals, how: (x: number, y: number) => number): Totals {
  return {
    cost: how(a.cost, b.cost),
    input: how(a.input, b.input),
    output: how(a.output, b.output),
    reasoning: how(a.reasoning, b.reasoning),
    cacheRead: how(a.cacheRead, b.cacheRead),
    cacheWrite: how(a.cacheWrite, b.cacheWrite),
  };
}

/**
 * Running totals of one conversation. The server's own totals come late (the last of a turn after its end), so the steps
 * of a turn are added to what they were when it began; the larger figure is the newer one. Sub-agents are not in them, as
 * they are not in the server's own; what the turn has spent counts them.
 */
export class UsageMeter {
  #stored: Totals = NOTHING;
  #turn: Totals = NOTHING;
  /** when the turn began */
  #before: Totals = NOTHING;
  #children: Totals = NOTHING;
  #contextUsed: number | undefined;

  turnStarted(): void {
    this.#turn = this.#stored;
    this.#before = this.#stored;
    this.#children = NOTHING;
  }

  /** A turn that runs already: what these steps of it used is in the totals, and is taken out, since they come again. */
  turnTakenUp(steps: readonly WirePart[]): void {
    const used = steps
      .map((step) => totals(step.cost, step.tokens))
      .reduce((sum, step) => combine(sum, step, (x, y) => x + y), NOTHING);
    this.#stored = combine(this.#stored, used, (x, y) => Math.max(0, x - y));
    this.turnStarted();
  }

  sessionUpdated(info: WireSession): void {
    this.#stored = combine(this.#stored, totals(info.cost, info.tokens), Math.max);
  }

  /** A model call ended. */
  stepFinished(part: WirePart): void {
    this.#turn = combine(this.#turn, totals(part.cost, part.tokens), (x, y) => x + y);
    this.#stored = combine(this.#stored, this.#turn, Math.max);
    if (part.tokens?.total !== undefined && part.tokens.total > 0) this.#contextUsed = part.tokens.total;
  }

  /** A model call of a sub-agent ended. */
  childStepFinished(part: WirePart): void {
    this.#children = combine(this.#children, totals(part.cost, part.tokens), (x, y) => x + y);
  }

  /** What the turn has used so far. Its output contains the reasoning, which the server counts apart. */
  spent(): TurnSpend {
    const own = combine(this.#stored, this.#before, (x, y) => Math.max(0, x - y));
    const all = combine(own, this.#children, (x, y) => x + y);
    return {
      tokens: {
        inputTokens: all.input,
        outputTokens: all.output + all.reasoning,
        reasoningTokens: all.reasoning,
        cacheReadTokens: all.cacheRead,
        cacheWriteTokens: all.cacheWrite,
      },
      cost: { amount: all.cost, currency: 'USD' },
    };
  }

  /** `contextSize`: tokens the model takes, undefined when not known. */
  read(contextSize: number | undefined): AgentUsage {
    const { cost, input, output, reasoning, cacheRead, cacheWrite } = this.#stored;
    return {
      ...(this.#contextUsed === undefined ? {} : { contextUsed: this.#contextUsed }),
      ...(contextSize === undefined || contextSize === 0 ? {} : { contextSize }),
      inputTokens: input,
      outputTokens: output,
      reasoningTokens: reasoning,
      cacheReadTokens: cacheRead,
      cacheWriteTokens: cacheWrite,
      cost: { amount: cost, currency: 'USD' },
    };
  }
}
