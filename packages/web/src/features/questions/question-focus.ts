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

/** Questions that had their chance: a row of the transcript may come and go as it scrolls. */
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
 * A question that was just asked takes the focus, unless the user types or is elsewhere. From an empty field it takes it
 * only once nobody has typed for a moment, and gives it back at the first letter; when it is answered, the focus returns
 * to where it came from. The transcript announces it.
 */
export function useQuestionFocus(
  root: RefObject<HTMLElement | null>,
  { id, createdAt }: Permission,
  isInChat: boolean,
): void {
  useEffect(() => {
    const card = root.current;
    if (card === null || !isInChat) return;
    const isWanted = wanted === id;
    const isNew = Date.now() - createdAt < NEW && !seen.has(id);
    if (!isWanted && !isNew) return;
    let giveBack: (() => void) | null = null;
    const inputBefore = lastInput;
    const attempt = (): void => {
      seen.add(id);
      if (wanted === id) wanted = null;
      if (isWanted || isFree(card, lastInput === inputBefore)) giveBack = borrow(card);
    };
    const timer = setTimeout(attempt, isWanted ? 0 : Math.max(0, lastInput + RESTING - Date.now()));
    return () => {
      clearTimeout(timer);
      giveBack?.();
    };
  }, [root, isInChat, id, createdAt]);
}

/** Takes the focus. The answer returns it to where it was, if it is still here. */
function borrow(card: HTMLElement): () => void {
  const before = document.activeElement;
  take(card);
  if (!(before instanceof HTMLElement) || before === document.body) return () => {};
  const onKeyDown = (event: KeyboardEvent): void => {
    const isLetter = event.key.length === 1 && /[^\s\d]/.test(event.key);
    if (event.target !== card || !isLetter || event.ctrlKey || event.metaKey || event.altKey) return;
    // No shortcut: the letter goes where it would have gone.
    event.stopPropagation();
    before.focus();
  };
  if (isTextField(before)) card.addEventListener('keydown', onKeyDown);
  return () => {
    card.removeEventListener('keydown', onKeyDown);
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || card.contains(activeElement))
      before.focus();
  };
}

function take(card: HTMLElement): void {
  card.scrollIntoView({ block: 'nearest' });
  card.focus({ preventScroll: true });
}

/** Whether the focus may be taken: nothing has it, or something in this pane in which nobody is typing. */
function isFree(card: HTMLElement, isResting: boolean): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return true;
  if (!paneOf(card).contains(activeElement)) return false;
  if (!isTextField(activeElement)) return true;
  return isResting && activeElement instanceof HTMLTextAreaElement && activeElement.value === '';
}
