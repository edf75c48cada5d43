import type { Permission } from '@pilotlight/protocol';
import { useEffect, type RefObject } from 'react';
import { paneOf } from '../composer/pane.ts';
import { isTextField } from './question-keys.ts';

/** A question counts as new so long after it was asked, in ms. */
const NEW = 5_000;
/** Nobody types when no key came for so long, in ms. */
const RESTING = 1_500;

let lastInput = 0;
addEventListener('input', () => (lastInput = Date.now()), { capture: true, passive: true });

const seen = new Set<string>();
let wanted: string | null = null;

/** The card of that question in its chat takes the focus: now (true), or as soon as it appears. */
export function wantFocus(questionId: string): boolean {
  const card = document.querySelector<HTMLElement>(`[data-question="${CSS.escape(questionId)}"]`);
  if (card === null) wanted = questionId;
  else take(card);
  return card !== null;
}

/**
 * A question that was just asked takes the focus unless the user types or is elsewhere; when it is answered, the focus
 * goes back to where it came from. The transcript announces it.
 */
export function useQuestionFocus(
  root: RefObject<HTMLElement | null>,
  permission: Permission,
  isInChat: boolean,
): void {
  const { id, createdAt } = permission;
  useEffect(() => {
    const card = root.current;
    if (card === null || !isInChat) return;
    // Its row may come and go as the transcript scrolls; it takes the focus by itself once.
    const isNew = Date.now() - createdAt < NEW && !seen.has(id);
    seen.add(id);
    if (wanted !== id && !(isNew && isFree(card))) return;
    wanted = null;
    const before = document.activeElement;
    take(card);
    return () => {
      const isHere = document.activeElement === document.body || card.contains(document.activeElement);
      if (isHere && before instanceof HTMLElement && before !== document.body) before.focus();
    };
  }, [root, isInChat, id, createdAt]);
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
