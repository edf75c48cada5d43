// What the opencode server (version 1.x) says over HTTP, as far as it is used here. Its answers are read defensively:
// every field may be missing in another minor version, and unknown events, parts and fields are passed over.

/** Tokens of one step: `input` excludes cached tokens, `output` excludes reasoning. */
export interface WireTokens {
  total?: number;
  input?: number;
  output?: number;
  reasoning?: number;
  cache?: { read?: number; write?: number };
}

export interface WireError {
  name?: string;
  data?: {
    message?: string;
    statusCode?: number;
    providerID?: string;
    responseHeaders?: Record<string, string>;
    responseBody?: string;
  };
}

export interface WireMessage {
  id: string;
  sessionID: string;
  role: 'user' | 'assistant';
  /** epoch ms */
  time?: { created?: number; completed?: number };
  agent?: string;
  modelID?: string;
  providerID?: string;
  /** a summary that a compaction wrote */
  summary?: unknown;
  error?: WireError;
  finish?: string;
}

export interface WireToolState {
  status?: 'pending' | 'running' | 'completed' | 'error';
  input?: Record<string, unknown>;
  title?: string;
  output?: string;
  error?: string;
  metadata?: Record<string, unknown>;
  attachments?: { mime?: string; url?: string; filename?: string }[];
}

export interface WirePart {
  id: string;
  messageID: string;
  sessionID: string;
  type: string;
  text?: string;
  time?: { start?: number; end?: number };
  tool?: string;
  callID?: string;
  state?: WireToolState;
  tokens?: WireTokens;
  cost?: number;
  reason?: string;
  auto?: boolean;
}

export interface WireSession {
  id: string;
  directory?: string;
  parentID?: string;
  title?: string;
  cost?: number;
  tokens?: WireTokens;
  agent?: string;
  model?: { id?: string; providerID?: string; variant?: string };
}

export interface WireStatus {
  type?: 'idle' | 'busy' | 'retry';
  attempt?: number;
  message?: string;
  /** epoch ms of the next attempt */
  next?: number;
}

export interface WirePermission {
  id: string;
  sessionID: string;
  permission?: string;
  patterns?: string[];
  metadata?: Record<string, unknown>;
  always?: string[];
  tool?: { messageID?: string; callID?: string };
}

export interface WireQuestion {
  id: string;
  sessionID: string;
  questions?: {
    question?: string;
    header?: string;
    options?: { label?: string; description?: string }[];
    multiple?: boolean;
    custom?: boolean;
  }[];
  tool?: { messageID?: string; callID?: string };
}

export interface WireTodo {
  content?: string;
  status?: string;
  priority?: string;
}

/** One stored message with its parts, as `GET /session/:id/message` lists them. */
export interface WireMessageWithParts {
  info: WireMessage;
  parts: WirePart[];
}

/** The events of a session that mean something here. */
export type SessionRecord =
  | { type: 'session.created' | 'session.updated'; sessionID: string; info: WireSession }
  | { type: 'message.updated'; sessionID: string; info: WireMessage }
  | { type: 'message.part.updated'; sessionID: string; part: WirePart }
  | { type: 'message.part.delta'; sessionID: string; messageID: string; partID: string; delta: string }
  | { type: 'session.status'; sessionID: string; status: WireStatus }
  | { type: 'session.idle'; sessionID: string }
  | { type: 'session.error'; sessionID: string; error: WireError }
  | { type: 'session.compacted'; sessionID: string }
  | { type: 'todo.updated'; sessionID: string; todos: WireTodo[] }
  | { type: 'permission.asked'; sessionID: string; ask: WirePermission }
  | { type: 'question.asked'; sessionID: string; ask: WireQuestion }
  | { type: 'ask.closed'; sessionID: string; askId: string };

type Loose = Record<string, unknown>;

/** `value` as an object; an empty one when it is none. */
export function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The list of objects in `value`; anything else is left out. */
export function asList(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/**
 * One event `{type, properties}` as a record; null for what has no meaning here: events without a session, the
 * repetition of durable events (`sync`), and types this version of ours does not know.
 */
export function readRecord(payload: unknown): SessionRecord | null {
  const { type, properties } = asObject(payload);
  if (typeof type !== 'string') return null;
  const read = READERS[type];
  return read === undefined ? null : read(asObject(properties));
}

function sessionIdOf(properties: Loose, holder: Loose): string {
  return asString(properties['sessionID']) || asString(holder['sessionID']);
}

function readSession(type: 'session.created' | 'session.updated', p: Loose): SessionRecord | null {
  const info = asObject(p['info']);
  const id = asString(info['id']);
  return id === '' ? null : { type, sessionID: id, info: { ...info, id } };
}

function readMessage(p: Loose): SessionRecord | null {
  const info = asObject(p['info']);
  const sessionID = sessionIdOf(p, info);
  if (asString(info['id']) === '' || sessionID === '') return null;
  if (info['role'] !== 'user' && info['role'] !== 'assistant') return null;
  return { type: 'message.updated', sessionID, info: info as unknown as WireMessage };
}

function readPart(p: Loose): SessionRecord | null {
  const part = asObject(p['part']);
  const sessionID = sessionIdOf(p, part);
  if (asString(part['id']) === '' || asString(part['type']) === '' || sessionID === '') return null;
  return { type: 'message.part.updated', sessionID, part: part as unknown as WirePart };
}

function readDelta(p: Loose): SessionRecord | null {
  const partID = asString(p['partID']);
  if (p['field'] !== 'text' || partID === '') return null;
  return {
    type: 'message.part.delta',
    sessionID: asString(p['sessionID']),
    messageID: asString(p['messageID']),
    partID,
    delta: asString(p['delta']),
  };
}

function readAsk(type: 'permission.asked' | 'question.asked', p: Loose): SessionRecord | null {
  const [id, sessionID] = [asString(p['id']), asString(p['sessionID'])];
  if (id === '' || sessionID === '') return null;
  return type === 'permission.asked'
    ? { type, sessionID, ask: { ...p, id, sessionID } }
    : { type, sessionID, ask: { ...p, id, sessionID } };
}

function readAskClosed(p: Loose): SessionRecord {
  return { type: 'ask.closed', sessionID: asString(p['sessionID']), askId: asString(p['requestID']) };
}

const READERS: Record<string, ((properties: Loose) => SessionRecord | null) | undefined> = {
  'session.created': (p) => readSession('session.created', p),
  'session.updated': (p) => readSession('session.updated', p),
  'message.updated': readMessage,
  'message.part.updated': readPart,
  'message.part.delta': readDelta,
  'session.status': (p) => ({
    type: 'session.status',
    sessionID: asString(p['sessionID']),
    status: asObject(p['status']),
  }),
  'session.idle': (p) => ({ type: 'session.idle', sessionID: asString(p['sessionID']) }),
  'session.error': (p) => ({
    type: 'session.error',
    sessionID: asString(p['sessionID']),
    error: asObject(p['error']),
  }),
  'session.compacted': (p) => ({ type: 'session.compacted', sessionID: asString(p['sessionID']) }),
  'todo.updated': (p) => ({
    type: 'todo.updated',
    sessionID: asString(p['sessionID']),
    todos: asList(p['todos']),
  }),
  'permission.asked': (p) => readAsk('permission.asked', p),
  'question.asked': (p) => readAsk('question.asked', p),
  'permission.replied': readAskClosed,
  'question.replied': readAskClosed,
  'question.rejected': readAskClosed,
};
