import { createInterface } from 'node:readline/promises';
import type { Client } from '@pilotlight/client';
import { errorCodeOf } from '@pilotlight/client';
import { checkAnswers } from '@pilotlight/protocol';
import type {
  AnswerPermission,
  ChatState,
  Permission,
  PermissionOption,
  QuestionField,
} from '@pilotlight/protocol';
import type { Screen } from '../terminal/screen.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { answerByPolicy } from './permission-choice.ts';
import type { PermissionPolicy } from './permission-choice.ts';

export interface PermissionAskerOptions {
  client: Client;
  screen: Screen;
  turnId: string;
  /** null: ask in the terminal */
  policy: PermissionPolicy | null;
  /** a Ctrl-C while a question is open; readline takes it from the terminal */
  onInterrupt(): void;
}

/**
 * Answers what the agent of one turn asks: by policy, or by asking in the terminal, one question at a time. A question
 * that is answered elsewhere meanwhile, or whose turn ends, is taken back.
 */
export class PermissionAsker implements Disposable {
  readonly #o: PermissionAskerOptions;
  readonly #seen = new Set<string>();
  readonly #waiting: Permission[] = [];
  #open: { id: string; abort: AbortController } | null = null;

  constructor(options: PermissionAskerOptions) {
    this.#o = options;
  }

  look(state: ChatState): void {
    for (const permission of Object.values(state.permissions)) {
      if (permission.turnId !== this.#o.turnId) continue;
      if (permission.state === 'pending') this.#take(permission);
      else if (permission.id === this.#open?.id) this.#open.abort.abort();
    }
  }

  [Symbol.dispose](): void {
    this.#waiting.length = 0;
    this.#open?.abort.abort();
  }

  #take(permission: Permission): void {
    if (this.#seen.has(permission.id)) return;
    this.#seen.add(permission.id);
    const { policy, screen } = this.#o;
    if (policy === null) {
      this.#waiting.push(permission);
      void this.#askNext();
      return;
    }
    const answer = answerByPolicy(permission, policy);
    if (answer !== null) {
      void this.#send(permission.id, answer);
      return;
    }
    screen.note(`${screen.style.amber('⏵')} ${sanitizeLine(permission.title)}`);
    for (const line of optionLines(permission.options)) screen.note(line);
    screen.note(screen.style.dim(`  waits for: pilotlight permissions answer ${permission.id} <option>`));
  }

  async #askNext(): Promise<void> {
    const permission = this.#open === null ? this.#waiting.shift() : undefined;
    if (permission === undefined) return;
    const abort = new AbortController();
    this.#open = { id: permission.id, abort };
    const answer = await this.#ask(permission, abort.signal);
    this.#open = null;
    if (answer !== null) await this.#send(permission.id, answer);
    await this.#askNext();
  }

  async #ask(permission: Permission, signal: AbortSignal): Promise<AnswerPermission | null> {
    const { screen } = this.#o;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    terminal.on('SIGINT', () => this.#o.onInterrupt());
    try {
      screen.note(`${screen.style.amber('⏵')} ${screen.style.bold(sanitizeLine(permission.title))}`);
      const ask = (text: string): Promise<string> => terminal.question(text, { signal });
      if (permission.kind === 'permission') return await askOption(permission, screen, ask);
      return await askFields(permission, screen, ask);
    } catch (error) {
      if (!signal.aborted) throw error;
      screen.note(screen.style.dim('  no answer is needed any more'));
      return null;
    } finally {
      terminal.close();
    }
  }

  async #send(id: string, answer: AnswerPermission): Promise<void> {
    try {
      await this.#o.client.answerPermission(id, answer);
    } catch (error) {
      if (errorCodeOf(error) === 'permission_answered') return;
      this.#o.screen.note(`${this.#o.screen.style.red('✗')} ${(error as Error).message}`);
    }
  }
}

type Ask = (text: string) => Promise<string>;

function optionLines(options: readonly PermissionOption[]): string[] {
  return options.map((option, index) => `  ${index + 1}  ${sanitizeLine(option.name)}`);
}

async function askOption(permission: Permission, screen: Screen, ask: Ask): Promise<AnswerPermission> {
  for (const line of optionLines(permission.options)) screen.note(line);
  for (;;) {
    const chosen = permission.options[Number((await ask('  number: ')).trim()) - 1];
    if (chosen !== undefined) return { optionId: chosen.optionId, by: 'cli' };
  }
}

async function askFields(permission: Permission, screen: Screen, ask: Ask): Promise<AnswerPermission> {
  if (permission.url !== null) {
    screen.note(`  open ${sanitizeLine(permission.url, 2000)}`);
    const done = (await ask('  done? (y/n): ')).trim().toLowerCase();
    return done.startsWith('y') ? { answers: {}, by: 'cli' } : { declined: true, by: 'cli' };
  }
  const answers: Record<string, string[]> = {};
  for (const field of permission.fields) {
    const values = await askField(field, screen, ask);
    if (values.length > 0) answers[field.id] = values;
  }
  return Object.keys(answers).length === 0 ? { declined: true, by: 'cli' } : { answers, by: 'cli' };
}

/** Asks again until the answer fits, or nothing is said. */
async function askField(field: QuestionField, screen: Screen, ask: Ask): Promise<string[]> {
  screen.note(`  ${sanitizeLine(field.question || field.title, 1000)}`);
  for (const [index, choice] of field.choices.entries())
    screen.note(`  ${index + 1}  ${sanitizeLine(choice.label)}`);
  for (;;) {
    const said = (await ask(field.multiple ? '  numbers, with commas: ' : '  answer: ')).trim();
    const words = field.multiple ? said.split(',').map((word) => word.trim()) : [said];
    const values = words
      .filter((word) => word !== '')
      .map((word) => field.choices[Number(word) - 1]?.value ?? word);
    const [problem] = values.length === 0 ? [] : checkAnswers([field], { [field.id]: values });
    if (problem === undefined) return values;
    screen.note(`  ${screen.style.red('✗')} ${sanitizeLine(problem.message, 300)}`);
  }
}
