import type { Permission } from '@pilotlight/protocol';
import { useEffect, type RefObject } from 'react';
import { announce } from '../../ui/announce.ts';
import { words } from '../../words/index.ts';
import { paneOf } from '../composer/pane.ts';
import { isTextField } from './question-keys.ts';

/** A question counts as new so long after it was asked, in ms. */
const NEW = 5_000;
/** Nobody types when no key came for so long, in ms. */
const RESTING = 1_500;

let lastInput = 0;
addEventListener('input', () => (lastInput = Date.now()), { capture: true, passive: true });

let wanted: string | null = null;

/** The card of that question in its chat takes the focus: now (true), or as soon as it appears. */
export function wantFocus(questionId: string): boolean {
  const card = document.querySelector<HTMLElement>(`[data-question="${CSS.escape(questionId)}"]`);
  if (card === null) wanted = questionId;
  else take(card);
  return card !== null;
}

/**
 * A question that was just asked is announced, and takes the focus unless the user types or looks elsewhere; when it is
 * answered, the focus goes back to where it came from.
 */
export function useQuestionFocus(
  root: RefObject<HTMLElement | null>,
  permission: Permission,
  isInChat: boolean,
): void {
  const { id, agent, title, createdAt } = permission;
  useEffect(() => {
    const card = root.current;
    if (card === null || !isInChat) return;
    const isNew = Date.now() - createdAt < NEW;
    if (isNew) announce(words.questions.announced(agent, title));
    if (wanted !== id && !(isNew && isFree(card))) return;
    wanted = null;
    const before = document.activeElement;
    take(card);
    return () => {
      const isHere = document.activeElement === document.body || card.contains(document.activeElement);
      if (isHere && before instanceof HTMLElement && before !== document.body) before.focus();
    };
  }, [root, isInChat, id, agent, title, createdAt]);
}

function take(card: HTMLElement): void {
  card.scrollIntoView({ block: 'nearest' });
  card.focus({ preventScroll: true });
}

/** Whether the focus may be taken: nothing has it, or something in this pane in which nobody is typing. */
function isFree(card: HTMLElement): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return true;
  if (!paneOf(card).contains(activeElement)) return false;
  if (!isTextField(activeElement)) return true;
  const isEmpty = activeElement instanceof HTMLTextAreaElement && activeElement.value === '';
  return isEmpty && Date.now() - lastInput > RESTING;
}
