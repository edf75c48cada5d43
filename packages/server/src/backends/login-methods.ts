import type { LoginMethod } from '@pilotlight/protocol';
import type { AgentSpec } from './agent-spec.ts';

type Raw = Record<string, unknown>;

/** What an agent is known by here. `command`: its program as it was found. */
type Described = Pick<AgentSpec, 'name' | 'args' | 'keys' | 'login' | 'loginCommand'> & { command: string };

/**
 * The ways to log in: those that the agent tells of in `authMethods` (ACP, in each of the forms in use), then the command
 * and the key of its entry where it tells of none such. Pure; what cannot be read is left out.
 */
export function loginMethods(agent: Described, authMethods: readonly unknown[]): LoginMethod[] {
  const own = authMethods.flatMap((raw) => ownMethod(agent, raw) ?? []);
  const isThere = (kind: LoginMethod['kind']): boolean => own.some((method) => method.kind === kind);
  const entry: LoginMethod[] = [];
  if (agent.loginCommand !== '' && !isThere('terminal')) {
    const description = agent.login;
    entry.push({ ...blank('terminal'), name: 'In a terminal', description, command: agent.loginCommand });
  }
  if (agent.keys.length > 0 && !isThere('key'))
    entry.push({ ...blank('key'), name: 'With a key', variables: [...agent.keys] });
  return [...own, ...entry];
}

function blank(kind: LoginMethod['kind']): LoginMethod {
  const nothing = { name: kind, description: '', command: null, url: null, variables: [] };
  return { id: kind, kind, ...nothing, authenticates: false };
}

function ownMethod(agent: Described, value: unknown): LoginMethod | null {
  const raw = objectOf(value);
  const id = textOf(raw?.['id']);
  if (raw === null || id === '') return null;
  const description = textOf(raw['description']);
  const method: LoginMethod = { ...blank('agent'), id, name: textOf(raw['name']) || id, description };
  const meta = objectOf(raw['_meta']) ?? {};
  // Before there was a type for it, a whole command in `_meta`.
  const terminal = objectOf(meta['terminal-auth']);
  if (terminal !== null) {
    const command = shellWords([textOf(terminal['command']), ...textsOf(terminal['args'])]);
    return { ...method, kind: 'terminal', command };
  }
  const type = textOf(raw['type']) || textOf(meta['type']);
  const variables = variablesOf(raw, description, agent.keys);
  if (type === 'env_var') return { ...method, kind: 'key', variables };
  if (objectOf(meta['api-key']) !== null || /\bapi[- ]key\b/i.test(`${id} ${method.name}`))
    return { ...method, kind: 'key', variables, authenticates: true };
  if (type === 'terminal') {
    const from = type === textOf(raw['type']) ? raw : meta;
    return {
      ...method,
      kind: 'terminal',
      command: shellWords([agent.command, ...agent.args, ...textsOf(from['args'])]),
    };
  }
  const said = /\brun `([^`]+)`/i.exec(description)?.[1];
  if (said !== undefined) return { ...method, kind: 'terminal', command: said };
  const url = /https?:\/\/[^\s)>\]]+/.exec(description)?.[0];
  if (url !== undefined) return { ...method, kind: 'url', url };
  return { ...method, authenticates: true };
}

/** The variables that it names, in a list or in words; else those of the entry. */
function variablesOf(raw: Raw, description: string, keys: readonly string[]): string[] {
  const listed = (Array.isArray(raw['vars']) ? raw['vars'] : []).flatMap(
    (one) => textOf(objectOf(one)?.['name']) || [],
  );
  if (listed.length > 0) return listed;
  const told = description.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
  return told.length > 0 ? [...new Set(told)] : [...keys];
}

/** As somebody types it. */
function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

function objectOf(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
