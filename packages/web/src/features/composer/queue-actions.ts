import { PilotlightError, type Turn } from '@pilotlight/protocol';
import { chatStore } from '../../live/chat-store.ts';
import { server } from '../../live/server.ts';
import { announce } from '../../ui/announce.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { runningTurn } from './chat-facts.ts';
import { withText } from './queue-edit.ts';
import { stopTurn } from './stopping.ts';

/** The prompt started, or somebody else deleted it: the frame that says so is here or on its way. */
function isGone(error: unknown): boolean {
  return (
    error instanceof PilotlightError && (error.code === 'turn_not_queued' || error.code === 'turn_not_found')
  );
}

function quietWhenGone(error: unknown): void {
  if (!isGone(error)) showError(error);
}

export async function deleteQueued(turn: Turn): Promise<void> {
  try {
    await server.removeTurn(turn.id);
    announce(words.composer.deleted);
  } catch (error) {
    quietWhenGone(error);
  }
}

/** Puts the prompt first, then stops what runs: it is next. */
export async function sendNow(turn: Turn): Promise<void> {
  try {
    await server.reorderQueue(turn.chatId, [turn.id]);
    const running = runningTurn(chatStore(turn.chatId).view.value);
    if (running === null) return;
    stopTurn(turn.chatId, running.id);
    announce(words.composer.sentNow);
  } catch (error) {
    quietWhenGone(error);
  }
}

/** False when the queue is as it was. */
export async function reorder(chatId: string, turnIds: readonly string[]): Promise<boolean> {
  try {
    await server.reorderQueue(chatId, [...turnIds]);
    return true;
  } catch (error) {
    quietWhenGone(error);
    return false;
  }
}

/** Saves other words for a queued prompt. False when they are not saved and the field should stay. */
export async function saveQueued(turn: Turn, text: string): Promise<boolean> {
  const content = withText(turn, text);
  if (content.length === 0) {
    await deleteQueued(turn);
    return true;
  }
  try {
    await server.updateTurn(turn.id, { content });
    announce(words.composer.savedEdit);
    return true;
  } catch (error) {
    if (!isGone(error)) showError(error);
    else toast(words.composer.startedMeanwhile);
    return isGone(error);
  }
}
