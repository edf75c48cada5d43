import type { Client } from '@pilotlight/client';
import { PilotlightError, type Chat, type ChatState, type ConfigOption } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

type Value = ConfigOption['currentValue'];

interface Shown {
  id: string;
  name: string;
  /** as the agent reported it; null while no agent session says so */
  inForce: Value | null;
  /** comes into force with the next prompt; null when that is what is in force */
  chosen: Value | null;
  choices: string[];
}

/** Adds `chat options`. */
export function chatOptionsCommand(chat: Command): void {
  withCommonOptions(
    chat
      .command('options')
      .argument('<id>')
      .argument('[option]', 'one of them, with all it may be')
      .argument('[value]', 'choose this, from the next prompt on')
      .option('--agent <name>', 'of another agent than the one of its next prompt')
      .description('Model, mode and other options of its agent: what is in force, and what was chosen'),
  ).action(
    (
      id: string,
      option: string | undefined,
      value: string | undefined,
      options: CommonOptions & { agent?: string },
    ) =>
      answerWith(
        options,
        async (client) => {
          if (option === undefined) return show(await read(client, id, options.agent));
          const found = await read(client, id, options.agent);
          const wanted = requireOption(found, option);
          if (value === undefined) return show(found).filter((each) => each.id === wanted.id);
          await client.updateChat(id, { agent: found.agent, choice: choiceOf(found.options, wanted, value) });
          return show(await read(client, id, found.agent)).filter((each) => each.id === wanted.id);
        },
        (all) =>
          table(
            all.map(({ id: name, inForce, chosen, choices }) => [
              name,
              inForce === null ? '-' : sanitizeLine(String(inForce)),
              chosen === null ? '' : `→ ${sanitizeLine(String(chosen))}`,
              sanitizeLine(choices.join(', '), option === undefined ? 60 : 4000),
            ]),
          ),
      ),
  );
}

interface Found {
  agent: string;
  chat: Chat;
  /** what the agent session says; else what the agent said last anywhere */
  options: ConfigOption[];
  isInForce: boolean;
}

async function read(client: Client, chatId: string, wanted: string | undefined): Promise<Found> {
  const chat = await client.getChat(chatId);
  const agent = wanted ?? chat.agent;
  const state = await firstState(client, chatId);
  const own = state.config[agent];
  const offered = (await client.listAgents()).find(({ id }) => id === agent)?.options ?? [];
  return { agent, chat, options: own ?? offered, isInForce: own !== undefined };
}

async function firstState(client: Client, chatId: string): Promise<ChatState> {
  const { promise, resolve, reject } = Promise.withResolvers<ChatState>();
  using _following = client.followChat(chatId, { onState: resolve, onError: reject });
  return await promise;
}

function show({ agent, chat, options, isInForce }: Found): Shown[] {
  const { model, mode, options: others = {} } = chat.choices?.[agent] ?? {};
  return options.map((option) => {
    const { id, name, currentValue, type, choices } = option;
    const chosen = isFor(options, option, 'model')
      ? model
      : isFor(options, option, 'mode')
        ? mode
        : others[id];
    return {
      id,
      name,
      inForce: isInForce ? currentValue : null,
      chosen: chosen === undefined || (isInForce && chosen === currentValue) ? null : chosen,
      choices: type === 'boolean' ? ['true', 'false'] : choices.map((choice) => choice.value),
    };
  });
}

function requireOption({ agent, options }: Found, wanted: string): ConfigOption {
  const found =
    options.find(({ id }) => id === wanted) ?? options.find(({ category }) => category === wanted);
  if (found !== undefined) return found;
  const list = options.map(({ id }) => id).join(', ');
  throw new PilotlightError(
    'option_unknown',
    list === ''
      ? `${agent} has not said yet what can be chosen; it does at its first turn`
      : `${agent} has no option "${wanted}"; it has ${list}`,
  );
}

/** Model and mode have names of their own on the server. */
function choiceOf(
  options: ConfigOption[],
  option: ConfigOption,
  value: string,
): NonNullable<Chat['choices']>[string] {
  for (const purpose of ['model', 'mode'] as const)
    if (isFor(options, option, purpose)) return { [purpose]: value };
  return { options: { [option.id]: option.type === 'boolean' ? value === 'true' : value } };
}

/** By id, else the first of that category. */
function isFor(options: ConfigOption[], option: ConfigOption, purpose: string): boolean {
  return (
    (options.find(({ id }) => id === purpose) ?? options.find(({ category }) => category === purpose)) ===
    option
  );
}
