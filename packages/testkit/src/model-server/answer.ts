import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AnswerPlan } from './plan-answer.ts';
import type { ToolUse } from './tool-use.ts';

const CUT_AFTER_MS = 50;

/** A tool call of an answer, with its arguments as the wire carries them. */
export interface AnswerCall extends ToolUse {
  /** Unique among all calls, without the prefix a format wants. */
  readonly id: string;
  /** The JSON of the arguments, or the text of a freeform tool. */
  readonly input: string;
}

/** An answer in the making: the parts come at the pace of the plan, whoever reads them. */
export interface Answer {
  readonly hasReasoning: boolean;
  readonly reasoning: () => AsyncIterable<string>;
  readonly text: () => AsyncIterable<string>;
  readonly call: AnswerCall | undefined;
  /** The input of the call in a few pieces; empty without a call. */
  readonly callInput: () => AsyncIterable<string>;
}

/** What an answer needs from the server that gives it. */
export interface AnswerPace {
  readonly chunkDelayMs: number;
  /** Aborted when the client goes away; every pause then throws. */
  readonly signal: AbortSignal;
  /** Resolves when the name is released; throws when the signal aborts. */
  readonly held: (name: string, signal: AbortSignal) => Promise<void>;
  /** Breaks the connection off. */
  readonly cut: () => void;
}

/** An answer for a plan. `withReasoning` is whether the client accepts reasoning. */
export function makeAnswer(
  plan: Exclude<AnswerPlan, { kind: 'error' }>,
  withReasoning: boolean,
  pace: AnswerPace,
): Answer {
  const delayMs = plan.delayMs ?? pace.chunkDelayMs;
  const paced = (chunks: readonly string[], script: PacedScript = {}) =>
    pacedChunks(chunks, delayMs, script, pace);
  const reasoning = withReasoning ? plan.reasoning : [];
  const call = plan.use && makeCall(plan.use);
  return {
    hasReasoning: reasoning.length > 0,
    reasoning: () => paced(reasoning),
    text: () => paced(plan.text, plan),
    call,
    callInput: () => paced(call ? splitInThree(call.input) : []),
  };
}

/** All pieces of an iterable as one text. */
export async function collect(pieces: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
}

/** What happens after the first chunk. */
type PacedScript = Pick<Exclude<AnswerPlan, { kind: 'error' }>, 'hold' | 'cut'>;

async function* pacedChunks(
  chunks: readonly string[],
  delayMs: number,
  { hold, cut }: PacedScript,
  { signal, held, cut: breakOff }: AnswerPace,
): AsyncGenerator<string> {
  for (const [index, chunk] of chunks.entries()) {
    yield chunk;
    signal.throwIfAborted();
    // Later, so that what was written reaches the client before the connection breaks.
    if (index === 0 && cut) await wait(CUT_AFTER_MS).then(breakOff);
    signal.throwIfAborted();
    if (index === 0 && hold !== undefined) await held(hold, signal);
    if (delayMs > 0) await wait(delayMs, undefined, { signal });
  }
}

function makeCall(use: ToolUse): AnswerCall {
  return {
    ...use,
    id: randomUUID().replaceAll('-', '').slice(0, 16),
    input: use.freeform ?? JSON.stringify(use.args),
  };
}

function splitInThree(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 3));
  return [text.slice(0, size), text.slice(size, 2 * size), text.slice(2 * size)].filter(
    (part) => part !== '',
  );
}
