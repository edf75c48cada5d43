import type { ConfigOption } from '@pilotlight/protocol';
import { useMemo } from 'react';
import { create } from 'zustand';
import { server } from '../../live/server.ts';
import { useChatPart } from '../../live/use-chat.ts';
import { showError } from '../../ui/toasts.tsx';
import { askedOf, choiceOf, stillAsked, type Asked, type Chosen, type OptionValue } from './options.ts';

/** What was chosen here and is on its way to the server, which keeps it and tells every browser. By chat and agent. */
const useSent = create<{ sent: Record<string, Asked> }>(() => ({ sent: {} }));

const NOTHING: Asked = {};
const NO_CHOICE: Chosen = {};
const underWay = new Map<string, Promise<unknown>>();

/** What was asked for in whatever browser and is not in force, by option id. */
export function useAskedOptions(
  chatId: string,
  agent: string,
  options: readonly ConfigOption[],
  isInForce: boolean,
): Asked {
  const choice = useChatPart(chatId, ({ state }) => state.chat?.choices?.[agent] ?? NO_CHOICE);
  const sent = useSent((state) => state.sent[`${chatId}/${agent}`] ?? NOTHING);
  return useMemo(() => {
    const asked = { ...askedOf(options, choice), ...sent };
    return isInForce ? stillAsked(asked, options) : asked;
  }, [choice, isInForce, options, sent]);
}

/** Chooses a value for the agent's next prompt. */
export async function askFor(
  chatId: string,
  agent: string,
  options: readonly ConfigOption[],
  option: ConfigOption,
  value: OptionValue,
): Promise<void> {
  const key = `${chatId}/${agent}`;
  put(key, { ...useSent.getState().sent[key], [option.id]: value });
  const change = server.updateChat(chatId, { agent, choice: choiceOf(options, option, value) });
  track(chatId, change);
  try {
    await change;
  } catch (error) {
    showError(error);
  } finally {
    // The frame that says so may come after the answer; two of the same are one.
    const { [option.id]: _arrived, ...rest } = useSent.getState().sent[key] ?? NOTHING;
    put(key, rest);
  }
}

/** A change of the chat that the next prompt should come after. */
export function track(chatId: string, change: Promise<unknown>): void {
  const settled = change.then(
    () => {},
    () => {},
  );
  underWay.set(chatId, settled);
  void settled.then(() => {
    if (underWay.get(chatId) === settled) underWay.delete(chatId);
  });
}

/** Resolves when the changes of the chat have reached the server, or after a second without an answer. */
export async function changesArrived(chatId: string): Promise<void> {
  const change = underWay.get(chatId);
  if (change === undefined) return;
  await Promise.race([change, new Promise((resolve) => setTimeout(resolve, 1_000))]);
}

function put(key: string, asked: Asked): void {
  useSent.setState(({ sent: { [key]: _before, ...others } }) => ({
    sent: Object.keys(asked).length === 0 ? others : { ...others, [key]: asked },
  }));
}
