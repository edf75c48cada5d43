/** One real agent behind a real server, with what an ability needs to try something and to see what came of it. */
import {
  newId,
  type ChatFrame,
  type ChatState,
  type ConfigOption,
  type ContentBlock,
  type Part,
  type Permission,
  type PermissionOption,
  type SubmitPrompt,
  type Turn,
} from '@pilotlight/protocol';
import {
  REAL_AGENTS,
  type ModelRequestRecord,
  type RealAgentEntry,
  type RealAgentId,
} from '@pilotlight/testkit';
import { say } from '../composed-harness.ts';
import { RealAgentDesk } from '../real-agent-desk.ts';

/** How the user answers whatever is asked in a turn. */
type Answer = PermissionOption['kind'];

/** Everything that was to be seen of one turn. */
export interface Seen {
  readonly turn: Turn;
  readonly parts: readonly Part[];
  readonly text: string;
  readonly frames: readonly ChatFrame[];
  /** what was asked, as it was when it was asked */
  readonly asked: readonly Permission[];
  /** what the agent asked its model meanwhile, without the requests for titles and the like */
  readonly requests: readonly ModelRequestRecord[];
}

export class AgentBench implements AsyncDisposable {
  readonly entry: RealAgentEntry;
  readonly desk: RealAgentDesk;
  readonly #kept = new Map<string, Promise<Seen>>();
  /** Ends whatever still follows a turn. */
  readonly #closing = new AbortController();

  private constructor(desk: RealAgentDesk) {
    this.desk = desk;
    this.entry = REAL_AGENTS[desk.agent];
  }

  static async open(agent: RealAgentId): Promise<AgentBench> {
    return new AgentBench(await RealAgentDesk.open(agent));
  }

  /** Runs a turn to its end, or until its chat is held. Whatever is asked in it is answered with `answer`, or with a refusal where that is not offered. */
  async turn(prompt: string | ContentBlock[], answer: Answer = 'allow_once'): Promise<Seen> {
    const body: SubmitPrompt =
      typeof prompt === 'string' ? say(prompt) : { id: newId('turn'), content: prompt };
    return await this.seen(body, (permission) => this.answer(permission, answer));
  }

  /** As `turn`, and `onAsked` sees each question while it is open. */
  async seen(body: SubmitPrompt, onAsked: (permission: Permission) => Promise<unknown>): Promise<Seen> {
    const { client } = this.desk.home;
    const { chat } = this.desk.desk;
    const { requests } = this.desk.models;
    const before = requests.length;
    const frames: ChatFrame[] = [];
    const asked = new Map<string, Permission>();
    const answering: Promise<unknown>[] = [];
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, this.#closing.signal]);
    const turn = await new Promise<Turn>((resolve, reject) => {
      const look = ({ chat: now, permissions, turns }: ChatState): void => {
        const waiting = turns[body.id];
        if (now?.hold !== undefined && waiting?.state === 'queued') resolve(waiting);
        for (const permission of Object.values(permissions)) {
          if (permission.turnId !== body.id || permission.state !== 'pending' || asked.has(permission.id))
            continue;
          asked.set(permission.id, permission);
          answering.push(onAsked(permission).catch(reject));
        }
      };
      const onFrame = (frame: ChatFrame): void => void frames.push(frame);
      client
        .submitPrompt(chat.id, body)
        .then(() => client.waitForTurn(chat.id, body.id, { onState: look, onFrame, signal }))
        .then(resolve, reject);
    });
    done.abort();
    await Promise.all(answering);
    const all = requests.slice(before).filter(({ kind }) => kind !== 'aside' && kind !== 'json');
    const own = all.filter(({ isAfterwards }) => !isAfterwards);
    return {
      turn,
      ...(await this.desk.said(body.id)),
      frames,
      asked: [...asked.values()],
      // What follows a script without one of its own looks like a question about it.
      requests: own.length > 0 ? own : all,
    };
  }

  /** The turn of that name; it runs once, for all abilities that look at it. */
  async once(name: string, run: () => Promise<Seen>): Promise<Seen> {
    const kept = this.#kept.get(name) ?? run();
    this.#kept.set(name, kept);
    return await kept;
  }

  async answer(permission: Permission, kind: Answer): Promise<void> {
    const of = (wanted: string) => permission.options.find((option) => option.kind.startsWith(wanted));
    const option = of(kind) ?? of('reject');
    if (option === undefined) throw new Error(`asked without a way to say no: ${permission.title}`);
    // "Always" to the agent itself: a rule of ours would answer in its place.
    const answer = { optionId: option.optionId, remember: 'agent', by: 'matrix' } as const;
    await this.desk.home.client.answerPermission(permission.id, answer);
  }

  /** The chat as it stands, once the agent has been heard in it. */
  async state(): Promise<ChatState> {
    return await this.desk.home.until(this.desk.desk.chat, () => true);
  }

  /** What can be chosen about the agent in this chat. */
  async options(): Promise<readonly ConfigOption[]> {
    return (await this.state()).config[this.desk.agent] ?? [];
  }

  async newChat(): Promise<void> {
    await this.desk.moveToNewChat();
  }

  /** After something went wrong: whatever runs is cancelled, and what follows begins in a new chat. */
  async recover(): Promise<void> {
    await this.desk.home.client.cancelChat(this.desk.desk.chat.id).catch(() => {});
    await this.newChat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the matrix is done with this agent'));
    await this.desk[Symbol.asyncDispose]();
  }
}

/** A turn that ended as it should; else what it says of itself is the reason. */
export function completed({ turn, parts }: Seen): void {
  if (turn.state !== 'completed')
    throw new Error(`the turn is ${turn.state}: ${turn.error?.message ?? 'nobody says why'}`);
  const cold = parts.flatMap((part) => (part.type === 'notice' && part.code === 'cold' ? [part.text] : []));
  if (turn.dispatch !== 'warm') throw new Error(`the turn ran cold: ${cold.join(' ')}`);
}

export function mustSay(seen: Seen, words: string): void {
  if (!seen.text.includes(words)) throw new Error(`it said “${seen.text}” and not “${words}”`);
}
