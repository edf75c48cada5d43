import type { Id, Message, Params, ScriptedPeer, ScriptedSession } from './scripted-peer.ts';

/** One agent: well-behaved but for what its definition replaces. */
export interface Definition {
  /** What a client must do with this agent. */
  client: string;
  /** Merged over the capabilities of the initialize answer. */
  capabilities?: Params;
  /** What the initialize answer tells of logins, none without. */
  authMethods?: unknown[];
  /** The protocol version it answers, 1 without. */
  protocolVersion?: number;
  /** Runs before the first byte is read. */
  start?(peer: ScriptedPeer): void;
  /** Replaces the answer to a request of this method. */
  methods?: Record<string, (peer: ScriptedPeer, id: Id, params: Params) => void | Promise<void>>;
  /** Runs before every request is handled, which waits for it. */
  beforeRequest?(peer: ScriptedPeer, message: Message): void | Promise<void>;
  /** Replaces how a result is sent. */
  answer?(peer: ScriptedPeer, id: Id, result: unknown): void;
  /** Replaces what a prompt does up to its response; `end_turn` unless it returns something else. */
  turn?(peer: ScriptedPeer, session: ScriptedSession, text: string): void | TurnEnd | Promise<void | TurnEnd>;
  /** Runs after the response to a prompt was sent. */
  afterTurn?(peer: ScriptedPeer, session: ScriptedSession): void;
  /** Replaces what `session/cancel` does. */
  cancel?(peer: ScriptedPeer, session: ScriptedSession): void;
  /** Replaces what the end of stdin does. */
  inputEnd?(): void;
}

/** The stop reason of the response, or `no-response` to send none. */
export type TurnEnd = string;
