import { createClient, errorCodeOf, isTurnEnded, type Client } from '@pilotlight/client';
import {
  newId,
  PilotlightError,
  type ChatState,
  type ErrorCode,
  type SubmitPrompt,
} from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import type { Submission } from './records.ts';
import { languageOf, linesOf, nextLine, nonceOf, type Line } from './script.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Address } from './server-process.ts';
import type { TopicReader } from './topic-reader.ts';

const RETRY_MS = 40;
/** Between two questions for a turn of which nothing is heard. */
const ASK_MS = 3000;
/** What a client tries again: nobody was there, or the server is not able right now. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['server_unreachable', 'server_stopping', 'store_full']);

export interface DriverOptions {
  /** short, in every nonce */
  name: string;
  run: string;
  agent: string;
  chatId: string;
  reader: TopicReader;
  random: SeededRandom;
  effectsFile: string;
  address(): Promise<Address>;
}

/** Somebody who talks in one chat: prompts one after the other, sometimes several at once, sometimes taken back. */
export class ChatDriver {
  readonly submissions: Submission[] = [];
  readonly options: DriverOptions;

  constructor(options: DriverOptions) {
    this.options = options;
  }

  /** Talks until told to stop, and until everything said has ended. @throws the signal's reason */
  async talk(isOver: () => boolean, signal: AbortSignal): Promise<void> {
    const { random, agent } = this.options;
    while (!isOver()) {
      const count = random.chance(0.2) ? random.between(2, 4) : 1;
      const lines = Array.from({ length: count }, () => nextLine(languageOf(agent), random));
      const cancels = lines.map((line) =>
        line.endless || random.chance(0.05) ? random.between(50, 800) : null,
      );
      await Promise.all(
        lines.map(async (line, index) => {
          // In order, as one client's calls are.
          await delay(index * 5);
          await this.#say(line, cancels[index] ?? null, signal);
        }),
      );
      await delay(random.between(0, 120));
    }
  }

  /** Says every line once, undisturbed. */
  async sayEveryLine(signal: AbortSignal): Promise<void> {
    for (const line of linesOf(languageOf(this.options.agent)))
      if (!line.endless) await this.#say(line, null, signal);
  }

  /** One prompt, from its first attempt to the end of its turn. */
  async #say(line: Line, cancelAfterMs: number | null, signal: AbortSignal): Promise<void> {
    const { run, name, effectsFile } = this.options;
    const nonce = nonceOf(run, name, this.submissions.length);
    const turnId = newId('turn');
    const submission: Submission = {
      turnId,
      nonce,
      key: line.key,
      accepted: false,
      attempts: 0,
      cancelAsked: false,
      refusal: null,
    };
    this.submissions.push(submission);
    const content = line.blocks(nonce, effectsFile).map((text) => ({ type: 'text' as const, text }));
    await this.#submit(submission, { id: turnId, content }, signal);
    if (!submission.accepted) return;
    const ended = this.#ended(turnId, signal);
    // Waited for below, after a cancel.
    ended.catch(() => {});
    if (cancelAfterMs !== null) {
      await delay(cancelAfterMs);
      submission.cancelAsked = true;
      const settled: ErrorCode[] = ['turn_terminal', 'turn_not_found'];
      await persist(this.options.address, (client) => client.cancelTurn(turnId), signal, settled).catch(
        (error: unknown) => {
          if (!signal.aborted) submission.refusal = `cancel: ${String(error)}`;
        },
      );
    }
    await ended;
  }

  /** A snapshot does not have a turn that was cancelled while it waited, so the server is asked too, now and then. */
  async #ended(turnId: string, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const seen = this.options.reader
      .until(
        (state) => {
          const turn = (state as ChatState).turns[turnId];
          return turn !== undefined && isTurnEnded(turn.state);
        },
        AbortSignal.any([signal, over.signal]),
      )
      .then(() => true);
    try {
      while (!(await Promise.race([seen, delay(ASK_MS, false)]))) {
        const asked = this.options.address().then((address) => createClient(address).getTurn(turnId));
        const turn = await Promise.race([asked.catch(() => null), seen.then(() => null)]);
        if (turn !== null && isTurnEnded(turn.state)) return;
      }
    } finally {
      seen.catch(() => {});
      over.abort();
    }
  }

  async #submit(submission: Submission, body: SubmitPrompt, signal: AbortSignal): Promise<void> {
    try {
      await persist(
        this.options.address,
        (client) => {
          submission.attempts += 1;
          return client.submitPrompt(this.options.chatId, body);
        },
        signal,
      );
      submission.accepted = true;
    } catch (error) {
      submission.refusal = String(error);
      if (signal.aborted) throw error;
    }
  }
}

/** The promise, or the signal's reason as soon as it is aborted. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

/** Calls until the server has said yes or no. `settled`: codes that are as good as a yes. */
export async function persist(
  address: () => Promise<Address>,
  call: (client: Client) => Promise<unknown>,
  signal: AbortSignal,
  settled: readonly ErrorCode[] = [],
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await call(createClient(await orAborted(address(), signal)));
      return;
    } catch (error) {
      if (!(error instanceof PilotlightError)) throw error;
      const code = errorCodeOf(error);
      if (settled.includes(code)) return;
      if (!PASSING.has(code)) throw error;
      await delay(RETRY_MS);
    }
  }
}
