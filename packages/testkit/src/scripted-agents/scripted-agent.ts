import type { Definition } from './definition.ts';
import {
  line,
  type Id,
  type Message,
  type Params,
  type ScriptedPeer,
  type ScriptedSession,
} from './scripted-peer.ts';

/** Three chunks that together say "hello from NAME". */
export function hello(peer: ScriptedPeer, session: ScriptedSession): void {
  for (const text of ['hello ', 'from ', peer.name]) peer.say(session, text);
}

/** The conversation that `load` tells: every session of a scripted agent has the same past. */
export function replayPast(peer: ScriptedPeer, session: ScriptedSession): void {
  const user = { sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'earlier question' } };
  peer.update(session, user);
  peer.say(session, 'earlier answer');
}

/** Speaks for a definition: reads the client's lines and answers as the protocol says, unless the definition differs. */
export class ScriptedAgent {
  readonly #peer: ScriptedPeer;
  readonly #definition: Definition;

  constructor(peer: ScriptedPeer, definition: Definition) {
    this.#peer = peer;
    this.#definition = definition;
  }

  /** Starts reading stdin. */
  run(): void {
    this.#definition.start?.(this.#peer);
    let rest: string[] = [];
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (data: string) => {
      const [first = '', ...lines] = data.split('\n');
      rest.push(first);
      for (const next of lines) {
        this.#read(rest.join(''));
        rest = [next];
      }
    });
    process.stdin.on('end', () => (this.#definition.inputEnd ?? (() => process.exit(0)))());
  }

  #read(text: string): void {
    if (text.trim() === '') return;
    const message = JSON.parse(text) as Message;
    if (message.method === undefined) this.#peer.settle(message);
    else if (message.id === undefined) this.#notification(message.method, message.params ?? {});
    else void this.#request(message.id, message.method, message.params ?? {}, message);
  }

  async #request(id: Id, method: string, params: Params, message: Message): Promise<void> {
    const before = this.#definition.beforeRequest?.(this.#peer, message);
    // Awaiting nothing would let a cancel in the same read overtake its prompt.
    if (before) await before;
    const special = this.#definition.methods?.[method];
    if (special) await special(this.#peer, id, params);
    else if (method === 'session/prompt') await this.#prompt(id, params);
    else this.#plain(id, method, params);
  }

  #plain(id: Id, method: string, params: Params): void {
    if (method === 'initialize') this.#answer(id, this.#initialized());
    else if (method === 'session/new')
      this.#answer(id, { sessionId: openSession(this.#peer, undefined, params).id });
    else if (method === 'session/resume' || method === 'session/load') this.#restore(id, method, params);
    else if (method === 'session/close') {
      this.#peer.sessions.delete(String(params['sessionId']));
      this.#answer(id, {});
    } else this.#peer.fail(id, -32601, `${this.#peer.name}: there is no method ${method}`);
  }

  #initialized(): unknown {
    const agentCapabilities = {
      loadSession: false,
      sessionCapabilities: { close: {}, resume: {} },
      ...this.#definition.capabilities,
    };
    const { authMethods = [] } = this.#definition;
    const protocolVersion = this.#definition.protocolVersion ?? 1;
    const agentInfo = { name: this.#peer.name, title: this.#peer.name, version: '1.0.0' };
    return { protocolVersion, agentCapabilities, agentInfo, authMethods };
  }

  #restore(id: Id, method: string, params: Params): void {
    const sessionId = String(params['sessionId']);
    if (!sessionId.startsWith('scripted_')) {
      this.#peer.fail(id, -32002, `${this.#peer.name}: there is no session ${sessionId}`);
      return;
    }
    const session = openSession(this.#peer, sessionId, params);
    if (method === 'session/load') replayPast(this.#peer, session);
    this.#answer(id, {});
  }

  async #prompt(id: Id, params: Params): Promise<void> {
    const session = this.#peer.sessions.get(String(params['sessionId']));
    if (!session) {
      this.#peer.fail(id, -32002, `${this.#peer.name}: there is no session ${String(params['sessionId'])}`);
      return;
    }
    session.turns += 1;
    session.cancel = new AbortController();
    const turn = this.#definition.turn ?? hello;
    const end = await turn(this.#peer, session, promptText(params));
    if (end === 'no-response') return;
    this.#answer(id, { stopReason: end ?? 'end_turn' });
    this.#definition.afterTurn?.(this.#peer, session);
  }

  #notification(method: string, params: Params): void {
    const session = this.#peer.sessions.get(String(params['sessionId']));
    if (method !== 'session/cancel' || !session) return;
    if (this.#definition.cancel) this.#definition.cancel(this.#peer, session);
    else session.cancel.abort();
  }

  #answer(id: Id, result: unknown): void {
    if (this.#definition.answer) this.#definition.answer(this.#peer, id, result);
    else this.#peer.answer(id, result);
  }
}

let opened = 0;

/** Registers a session under a known id or a new one, which starts with `scripted_`. */
export function openSession(peer: ScriptedPeer, known: string | undefined, params: Params): ScriptedSession {
  const id = known ?? `scripted_${process.pid}_${++opened}`;
  const session = { id, cwd: String(params['cwd']), turns: 0, cancel: new AbortController() };
  peer.sessions.set(id, session);
  return session;
}

/** Resolves when the session's prompt is cancelled. */
export function cancelled(session: ScriptedSession): Promise<void> {
  const { signal } = session.cancel;
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The params of a permission request about a tool call. */
export function permission(session: ScriptedSession, toolCallId: string): Params {
  const options = [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ];
  return { sessionId: session.id, toolCall: { toolCallId, title: 'A question' }, options };
}

/** The line of a text chunk whose text is `size` bytes of x, in pieces that do not need it whole in memory. */
export function sayHuge(peer: ScriptedPeer, session: ScriptedSession, size: number): void {
  const params = { sessionId: session.id, update: { sessionUpdate: 'agent_message_chunk' } };
  const head = line({ method: 'session/update', params }).replace(
    /\}\}\}\n$/,
    ',"content":{"type":"text","text":"',
  );
  peer.raw(head);
  const piece = Buffer.alloc(64 * 1024, 'x');
  for (let left = size; left > 0; left -= piece.length) peer.raw(piece.subarray(0, left));
  peer.raw('"}}}}\n');
}

function promptText(params: Params): string {
  const blocks = Array.isArray(params['prompt']) ? (params['prompt'] as { text?: string }[]) : [];
  return blocks.map((block) => block.text ?? '').join('');
}
