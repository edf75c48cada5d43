import { create } from 'zustand';
import { server } from '../../live/server.ts';
import { announce } from '../../ui/announce.ts';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

interface Stopping {
  /** by chat: the turn that was asked to stop; its end arrives as a frame */
  turns: Record<string, string>;
  /** the chat in which a second Escape stops the turn */
  armed: string | null;
}

export const useStopping = create<Stopping>()(() => ({ turns: {}, armed: null }));

/** How long the second Escape may take, in ms. */
const SECOND_PRESS = 1_000;
let disarming: ReturnType<typeof setTimeout> | undefined;

export function stopTurn(chatId: string, turnId: string): void {
  disarm();
  useStopping.setState(({ turns }) => ({ turns: { ...turns, [chatId]: turnId } }));
  announce(words.composer.stopping);
  server.cancelChat(chatId).catch((error: unknown) => {
    useStopping.setState(({ turns }) => ({
      turns: Object.fromEntries(Object.entries(turns).filter(([id]) => id !== chatId)),
    }));
    showError(error);
  });
}

/** Escape in an empty field: the first press asks, a second one within a second stops. */
export function pressEscape(chatId: string, turnId: string): void {
  if (useStopping.getState().armed === chatId) return stopTurn(chatId, turnId);
  useStopping.setState({ armed: chatId });
  announce(words.composer.stopAgain);
  clearTimeout(disarming);
  disarming = setTimeout(disarm, SECOND_PRESS);
}

function disarm(): void {
  clearTimeout(disarming);
  useStopping.setState({ armed: null });
}
