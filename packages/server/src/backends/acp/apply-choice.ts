import { PilotlightError, type AgentSessionChoice, type ConfigOption } from '@pilotlight/protocol';
import type { AcpSession } from './acp-session.ts';
import { agentError } from './agent-errors.ts';
import { RPC, RpcError } from './rpc-error.ts';

type Value = string | boolean;

/** What is set when something is chosen. */
export type Configurable = Pick<AcpSession, 'id' | 'process' | 'config' | 'takeConfig' | 'showConfig'>;

/**
 * Sets mode, then model, then the other options; what is in force already is not sent.
 * @throws PilotlightError `model_unknown` or `option_unknown`, naming what is offered; `agent_failed`, `agent_timeout`
 */
export async function applyChoice(session: Configurable, choice: AgentSessionChoice): Promise<void> {
  if (choice.mode !== undefined) await apply(session, 'mode', choice.mode);
  if (choice.model !== undefined) await apply(session, 'model', choice.model);
  for (const [id, value] of Object.entries(choice.options ?? {})) await apply(session, id, value);
}

/** Sets the mode in which the agent asks, when it has that mode. */
export async function applyAskMode(session: Configurable, mode: string): Promise<void> {
  const offered = session.config.find('mode')?.choices.some((choice) => choice.value === mode);
  if (offered) await apply(session, 'mode', mode);
}

async function apply(session: Configurable, purpose: string, wanted: Value): Promise<void> {
  const option = findOption(session, purpose);
  if (!option) throw unknown(session, purpose, wanted, null);
  const value = checked(option, wanted);
  if (value === null) throw unknown(session, purpose, wanted, option);
  if (option.currentValue === value) return;
  try {
    const result = await send(session, option, value);
    if (session.takeConfig(result)) return;
    session.config.set(option.id, value);
    session.showConfig();
  } catch (cause) {
    if (cause instanceof RpcError && cause.code === RPC.invalidParams) {
      throw unknown(session, purpose, wanted, option, cause.detail);
    }
    throw agentError(session.process.agent, `set ${option.name} to ${String(value)}`, cause);
  }
}

function findOption(session: Configurable, purpose: string): ConfigOption | undefined {
  if (purpose === 'mode' || purpose === 'model') return session.config.find(purpose);
  return session.config.list().find((option) => option.id === purpose);
}

/** The value as the option takes it, null when it does not. */
function checked(option: ConfigOption, wanted: Value): Value | null {
  if (option.type === 'boolean') {
    if (typeof wanted === 'boolean') return wanted;
    return wanted === 'true' ? true : wanted === 'false' ? false : null;
  }
  const value = String(wanted);
  return option.choices.some((choice) => choice.value === value) ? value : null;
}

function send(session: Configurable, option: ConfigOption, value: Value): Promise<unknown> {
  const { connection, agent } = session.process;
  const sessionId = session.id;
  const deadline = { deadlineMs: agent.deadlines.newSession };
  const door = session.config.door(option);
  if (door === 'set_mode')
    return connection.request('session/set_mode', { sessionId, modeId: value }, deadline);
  if (door === 'set_model')
    return connection.request('session/set_model', { sessionId, modelId: value }, deadline);
  const typed = typeof value === 'boolean' ? { type: 'boolean', value } : { value };
  return connection.request(
    'session/set_config_option',
    { sessionId, configId: option.id, ...typed },
    deadline,
  );
}

function unknown(
  session: Configurable,
  purpose: string,
  value: Value,
  option: ConfigOption | null,
  said = '',
): PilotlightError {
  const { name } = session.process.agent;
  const what = purpose === 'model' || purpose === 'mode' ? purpose : `option ${purpose}`;
  const offered = option
    ? option.type === 'boolean'
      ? ['true', 'false']
      : option.choices.map((choice) => choice.value)
    : session.config.list().map((one) => one.id);
  const list = offered.slice(0, 40).join(', ') || 'none';
  const message = option
    ? `${name} does not take “${String(value)}” for its ${what}${said === '' ? '' : ` (${said})`}. It offers: ${list}.`
    : `${name} has no ${what} to choose. Its options: ${list}.`;
  return new PilotlightError(purpose === 'model' ? 'model_unknown' : 'option_unknown', message, {
    details: { option: purpose, value, offered },
  });
}
