import { useEffect } from 'react';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { ConfigOption } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { showError } from '../../ui/toasts.tsx';
import { choiceOf, stillAsked, type Asked, type OptionValue } from './options.ts';

/**
 * What was chosen here and waits for the next prompt. The server keeps the choice but tells only what the agent reports
 * as in force, so this browser remembers what it asked for until the agent says so.
 */
const useAsked = create<{ asked: Record<string, Asked> }>()(
  persist((): { asked: Record<string, Asked> } => ({ asked: {} }), { name: 'pilotlight.asked-options' }),
);

const NOTHING: Asked = {};
const MAX_KEPT = 100;
const underWay = new Map<string, Promise<unknown>>();

/** By option id; forgets what the agent reports as in force. */
export function useAskedOptions(
  chatId: string,
  agent: string,
  inForce: readonly ConfigOption[] | undefined,
): Asked {
  const key = `${chatId}/${agent}`;
  const asked = useAsked((state) => state.asked[key] ?? NOTHING);
  useEffect(() => {
    if (inForce === undefined) return;
    const open = stillAsked(asked, inForce);
    if (open !== asked) put(key, open);
  }, [key, asked, inForce]);
  return asked;
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
  const before = useAsked.getState().asked[key] ?? NOTHING;
  put(key, { ...before, [option.id]: value });
  const sent = server.updateChat(chatId, { agent, choice: choiceOf(options, option, value) });
  track(chatId, sent);
  try {
    await sent;
  } catch (error) {
    put(key, before);
    showError(error);
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
  useAsked.setState((state) => {
    const { [key]: _, ...others } = state.asked;
    const rest = Object.fromEntries(Object.entries(others).slice(-MAX_KEPT));
    return { asked: Object.keys(asked).length === 0 ? rest : { ...rest, [key]: asked } };
  });
}
