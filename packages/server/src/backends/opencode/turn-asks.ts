// The permissions and questions of one turn: each is put to the user once and answered once.
//
// An ask that was answered elsewhere (another client, or an "always" that covers it) is forgotten: the user's answer to
// it is dropped. The server keeps asks of a stopped turn for ever, so `rejectLeft` looks for them and refuses them.
import { setTimeout as delay } from 'node:timers/promises';
import type { PromptCtx } from '@pilotlight/protocol';
import { permissionReply, permissionRequest, questionAnswers, questionRequest } from './asks.ts';
import type { EventMapper } from './event-mapper.ts';
import { HttpAnswerError, type OpenCodeHttp } from './http.ts';
import { asList, readRecord, type SessionRecord, type WirePermission, type WireQuestion } from './wire.ts';

const REPLY_TIMEOUT_MS = 10_000;
const REPLY_ATTEMPTS = 5;
const REPLY_PAUSE_MS = 300;

export interface TurnAsksOptions {
  http: OpenCodeHttp;
  directory: string;
  mapper: EventMapper;
  ctx: PromptCtx;
}

export class TurnAsks {
  /** whether the user refused something: the agent then stops without an answer */
  refused = false;
  readonly #options: TurnAsksOptions;
  /** ask id → still open */
  readonly #open = new Map<string, boolean>();
  #over = false;

  constructor(options: TurnAsksOptions) {
    this.#options = options;
  }

  receive(record: SessionRecord): void {
    if (record.type === 'ask.closed') this.#open.set(record.askId, false);
    if (record.type === 'permission.asked') this.#once(record.ask.id, () => this.#permission(record.ask));
    if (record.type === 'question.asked') this.#once(record.ask.id, () => this.#question(record.ask));
  }

  /** The turn is over: answers that still come are dropped. */
  end(): void {
    this.#over = true;
  }

  /** The asks that are open in the server, of all sessions of the directory. */
  async listOpen(): Promise<SessionRecord[]> {
    const { http, directory } = this.#options;
    const options = { directory, timeoutMs: REPLY_TIMEOUT_MS };
    const [permissions, questions] = await Promise.all([
      http.get('/permission', options),
      http.get('/question', options),
    ]);
    const records = [
      ...asList(permissions).map((properties) => readRecord({ type: 'permission.asked', properties })),
      ...asList(questions).map((properties) => readRecord({ type: 'question.asked', properties })),
    ];
    return records.filter((record) => record !== null);
  }

  /** Refuses whatever a stopped turn left open. */
  async rejectLeft(isOurs: (sessionId: string) => boolean): Promise<void> {
    for (const record of await this.listOpen()) {
      if (!isOurs(record.sessionID)) continue;
      if (record.type === 'permission.asked')
        await this.#reply(`/permission/${record.ask.id}/reply`, { reply: 'reject' });
      if (record.type === 'question.asked') await this.#reply(`/question/${record.ask.id}/reject`, {});
    }
  }

  #once(id: string, ask: () => Promise<void>): void {
    if (this.#open.has(id)) return;
    this.#open.set(id, true);
    void ask();
  }

  async #permission(ask: WirePermission): Promise<void> {
    const { ctx, mapper } = this.#options;
    const tool = mapper.findTool(ask.tool?.messageID, ask.tool?.callID);
    const outcome =
      ctx.onPermission === undefined
        ? ({ outcome: 'selected', optionId: 'reject' } as const)
        : await ctx
            .onPermission(permissionRequest(ask, tool))
            .catch(() => ({ outcome: 'selected', optionId: 'reject' }) as const);
    const reply = permissionReply(outcome);
    if (reply === null || !this.#mayAnswer(ask.id)) return;
    if (reply.reply === 'reject') this.refused = true;
    await this.#reply(`/permission/${ask.id}/reply`, reply);
  }

  async #question(ask: WireQuestion): Promise<void> {
    const { ctx, mapper } = this.#options;
    const tool = mapper.findTool(ask.tool?.messageID, ask.tool?.callID);
    const outcome =
      ctx.onQuestion === undefined
        ? ({ action: 'decline' } as const)
        : await ctx.onQuestion(questionRequest(ask, tool)).catch(() => ({ action: 'decline' }) as const);
    if (outcome.action === 'cancel' || !this.#mayAnswer(ask.id)) return;
    const answers = questionAnswers(ask, outcome);
    if (answers === null) {
      this.refused = true;
      return await this.#reply(`/question/${ask.id}/reject`, {});
    }
    await this.#reply(`/question/${ask.id}/reply`, { answers });
  }

  #mayAnswer(id: string): boolean {
    return !this.#over && this.#open.get(id) === true;
  }

  async #reply(path: string, body: object): Promise<void> {
    const { http, directory } = this.#options;
    for (let attempt = 1; attempt <= REPLY_ATTEMPTS; attempt += 1) {
      try {
        return void (await http.post(path, { body, directory, timeoutMs: REPLY_TIMEOUT_MS }));
      } catch (error) {
        // An ask that is gone by now answers 404; a server that is gone ends the turn by itself. A connection that broke may
        // have lost the answer, and nobody would ask again.
        if (error instanceof HttpAnswerError) return;
        await delay(REPLY_PAUSE_MS);
      }
    }
  }
}
