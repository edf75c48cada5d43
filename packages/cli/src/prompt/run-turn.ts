import { setTimeout as pause } from 'node:timers/promises';
import { errorCodeOf } from '@pilotlight/client';
import type { Client } from '@pilotlight/client';
import type { ChatFrame, ChatState, Turn } from '@pilotlight/protocol';
import type { Cli } from '../cli.ts';
import { EXIT, exitCodeOfTurn } from '../exit-codes.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { duration } from '../terminal/table.ts';
import { PermissionAsker } from './permission-asker.ts';
import { HoldWatch } from './hold-watch.ts';
import type { PermissionPolicy } from './permission-choice.ts';
import { howItRan } from '../terminal/transcript.ts';
import { textOfBlob } from './whole-texts.ts';
import { TurnPrinter } from './turn-printer.ts';

/** Two of them within this time are one Ctrl-C that came by two ways. */
const SAME_SIGNAL = 100;
const SUBMIT_ATTEMPTS = 5;

export interface RunTurnOptions {
  cli: Cli;
  client: Client;
  chatId: string;
  turnId: string;
  policy: PermissionPolicy | null;
  /** sends the prompt; may be called again with the same ids */
  submit(): Promise<Turn>;
}

/**
 * Sends a prompt and shows its turn, and the one that goes on with it by itself, until it has ended; answers the exit code.
 * Where nobody is at the terminal, a prompt that is held back ends this as well: it waits at the server.
 * The first Ctrl-C cancels the turn, the second ends this process and leaves the turn to the server.
 */
export async function runTurn(options: RunTurnOptions): Promise<number> {
  const { cli, client, chatId } = options;
  const turn = await showTurn(options);
  const next = turn.state === 'interrupted' ? await continuationOf(client, turn) : null;
  if (next === null) return exitCodeOfTurn(turn.state);
  if (!cli.json) cli.screen.note(cli.screen.style.dim('• going on by itself after an interruption'));
  const more = { ...options, turnId: next.id, submit: () => client.getTurn(next.id) };
  return exitCodeOfTurn((await showTurn({ ...more, chatId })).state);
}

/** The turn that the server queued along with the end of an interrupted one. */
async function continuationOf(client: Client, { id, chatId }: Turn): Promise<Turn | null> {
  const { promise, resolve, reject } = Promise.withResolvers<ChatState>();
  using _following = client.followChat(chatId, { onState: resolve, onError: reject });
  return Object.values((await promise).turns).find(({ continues }) => continues === id) ?? null;
}

async function showTurn(options: RunTurnOptions): Promise<Turn> {
  const { cli, client, chatId, turnId } = options;
  const interrupts = new Interrupts(options);
  using asker = new PermissionAsker({ ...options, screen: cli.screen, onInterrupt: () => interrupts.take() });
  const printer = new TurnPrinter(cli.screen, turnId, (id) => textOfBlob(client, id));
  const holds = new HoldWatch(cli.screen, turnId);
  const show: Show = cli.json ? showJson(cli) : (state, frames) => printer.show(state, frames);
  const first = Promise.withResolvers<void>();
  // Followed before it is sent, so that not even its first frame is missed.
  using _following = client.followChat(chatId, {
    onState(state, frames) {
      show(state, frames);
      asker.look(state);
      holds.look(state);
      first.resolve();
    },
    onError: first.reject,
  });
  using _listening = interrupts.listen();
  try {
    await first.promise;
    const accepted = await submitSurely(options);
    if (!cli.json && accepted.state === 'queued') cli.screen.transient(`⏵ ${accepted.agent}`);
    const enough = new AbortController();
    const signal = AbortSignal.any([interrupts.left, enough.signal]);
    const ended = client.waitForTurn(chatId, turnId, { signal });
    // Nobody is there to do something about it: the prompt waits, and this process does not.
    const turn = await Promise.race(isAttended(cli) ? [ended] : [ended, holds.held]);
    if (turn.state === 'queued') {
      ended.catch(() => {});
      enough.abort();
      return turn;
    }
    await printer.settled();
    if (!cli.json) showEnd(cli, turn);
    return turn;
  } catch (error) {
    if (!interrupts.left.aborted) throw error;
    cli.screen.note(cli.screen.style.dim(`• left; the turn goes on: pilotlight chat show ${chatId}`));
    // At once: what is still on its way to the server (which may hang) is nothing to wait for.
    process.exit(EXIT.left);
  }
}

function isAttended({ json, screen }: Cli): boolean {
  return !json && screen.isTerminal;
}

type Show = (state: ChatState, frames: readonly ChatFrame[] | null) => void;

function showJson({ screen }: Cli): Show {
  let started = false;
  return (state, frames) => {
    for (const frame of frames ?? []) screen.line(JSON.stringify(frame));
    // What a snapshot skipped cannot be printed as frames; say so, and give the state instead.
    if (frames === null && started) screen.line(JSON.stringify({ type: 'snapshot', state }));
    started = true;
  };
}

function showEnd({ screen }: Cli, turn: Turn): void {
  screen.endLine();
  const time =
    turn.startedAt === null || turn.endedAt === null ? '' : duration(turn.endedAt - turn.startedAt);
  const { diff } = turn;
  const changes =
    diff === null || diff.files === 0 ? '' : ` · ${diff.files} files +${diff.additions} −${diff.deletions}`;
  const how = howItRan(turn);
  if (turn.state === 'completed') {
    screen.note(
      `${screen.style.green('✓')} ${screen.style.dim(`${time}${changes}${how} · chat ${turn.chatId}`)}`,
    );
    return;
  }
  const why = turn.error === null ? turn.state : sanitizeLine(turn.error.message, 2000);
  screen.note(`${screen.style.red('✗')} ${why}`);
}

/** A prompt is idempotent: a connection that broke on the way is no reason to give up. */
async function submitSurely({ submit }: RunTurnOptions): Promise<Turn> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await submit();
    } catch (error) {
      if (errorCodeOf(error) !== 'server_unreachable' || attempt === SUBMIT_ATTEMPTS) throw error;
      await pause(100 * 2 ** attempt);
    }
  }
}

class Interrupts {
  readonly #options: RunTurnOptions;
  readonly #leave = new AbortController();
  #last = 0;

  constructor(options: RunTurnOptions) {
    this.#options = options;
  }

  /** aborted by the second one */
  get left(): AbortSignal {
    return this.#leave.signal;
  }

  listen(): Disposable {
    const take = (): void => this.take();
    process.on('SIGINT', take).on('SIGTERM', take);
    return { [Symbol.dispose]: () => void process.off('SIGINT', take).off('SIGTERM', take) };
  }

  take(): void {
    const now = Date.now();
    const before = this.#last;
    if (now - before < SAME_SIGNAL) return;
    this.#last = now;
    if (before > 0) {
      this.#leave.abort();
      return;
    }
    const { cli, client, turnId } = this.#options;
    cli.screen.note(cli.screen.style.dim('• cancelling; Ctrl-C again leaves it to the server'));
    client.cancelTurn(turnId).catch((error: unknown) => {
      cli.screen.note(`${cli.screen.style.red('✗')} ${(error as Error).message}`);
    });
  }
}
