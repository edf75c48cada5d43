import { PilotlightError } from '@pilotlight/protocol/error';
import { TAG_LIMIT, type Ask, type Attach, type Run } from './wire.ts';

type Message = Ask | Attach | Run;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const truth: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const record: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const environment: Check = (value) => record(value) && Object.values(value as object).every(text);
const tag: Check = (value) => typeof value === 'string' && Buffer.byteLength(value) <= TAG_LIMIT;
const signal: Check = (value) => typeof value === 'string' && SIGNALS.has(value);
const deadlines: Check = (value) =>
  record(value) &&
  ['stdinMs', 'termMs', 'killMs'].every((name) => count((value as Record<string, unknown>)[name]));
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const SIGNALS = new Set([
  'SIGTERM',
  'SIGKILL',
  'SIGINT',
  'SIGHUP',
  'SIGSTOP',
  'SIGCONT',
  'SIGUSR1',
  'SIGUSR2',
]);

const FIELDS: Record<Message['type'], Record<string, Check>> = {
  hello: { secret: text, protocol: count, observer: optional(truth) },
  spawn: { owner: text, command: text, args: texts, cwd: text, env: environment, tag: optional(tag) },
  list: {},
  signal: { process: text, signal },
  end: { process: text, deadlines: optional(deadlines) },
  forget: { process: text },
  ack: { process: text, output: count, input: count },
  close_stdin: { process: text, input: count },
  stats: {},
  shutdown: { deadlines: optional(deadlines) },
  attach: { secret: text, session: count, process: text, offset: count },
  run: { secret: text, session: count },
};

/** The `id` of a line, whatever else it is; null when it has none. */
export function requestId(line: string): number | null {
  try {
    const id = (JSON.parse(line) as { id?: unknown } | null)?.id;
    return typeof id === 'number' ? id : null;
  } catch {
    return null;
  }
}

/** @throws PilotlightError `invalid_request` for anything that this version does not know */
export function parseRequest(line: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw refused('a line that is no JSON');
  }
  if (!record(value)) throw refused('a line that is no object');
  const message = value as Record<string, unknown>;
  const { type } = message;
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) {
    throw refused(`an unknown message type ${JSON.stringify(type)}`);
  }
  const fields = FIELDS[type as keyof typeof FIELDS];
  for (const name of Object.keys(message)) {
    if (name !== 'type' && name !== 'id' && !Object.hasOwn(fields, name)) {
      throw refused(`${type} with an unknown field ${JSON.stringify(name)}`);
    }
  }
  for (const [name, check] of Object.entries(fields)) {
    if (!check(message[name])) throw refused(`${type} without a valid ${name}`);
  }
  if (!optional(count)(message['id'])) throw refused(`${type} without a valid id`);
  return value as Message;
}

function refused(what: string): PilotlightError {
  return new PilotlightError(
    'invalid_request',
    `The keeper was sent ${what}. Server and keeper are of different versions.`,
  );
}
