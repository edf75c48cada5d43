import { useEffect, useRef, type RefObject } from 'react';
import { paneOf } from '../composer/pane.ts';

interface Listening {
  element: HTMLElement;
  /** answers with the nth option, from 0; false when there is none */
  press(index: number): boolean;
  /** takes the keys wherever the focus is, but for text fields */
  always: boolean;
}

const cards = new Set<Listening>();
let stop: (() => void) | null = null;

/**
 * The digits 1 to 9 answer: the card that has the focus, else the first one of the pane that has it, else (nothing has
 * the focus) the only one there is. Never while something is typed.
 */
export function useQuestionKeys(
  root: RefObject<HTMLElement | null>,
  press: ((index: number) => boolean) | null,
  always: boolean,
): void {
  const newest = useRef(press);
  newest.current = press;
  const isOpen = press !== null;
  useEffect(() => {
    const element = root.current;
    if (element === null || !isOpen) return;
    const card: Listening = { element, always, press: (index) => newest.current?.(index) ?? false };
    cards.add(card);
    stop ??= listen();
    return () => {
      cards.delete(card);
      if (cards.size > 0) return;
      stop?.();
      stop = null;
    };
  }, [root, isOpen, always]);
}

function listen(): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[1-9]$/.test(event.key) || isTextField(event.target)) return;
    if (cardFor(event.target)?.press(Number(event.key) - 1) === true) event.preventDefault();
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}

function cardFor(target: EventTarget | null): Listening | undefined {
  const inOrder = [...cards].toSorted((a, b) =>
    a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
  const chosen = inOrder.find(({ always }) => always);
  if (chosen !== undefined) return isInDialog(target) ? undefined : chosen;
  if (!(target instanceof Element) || target === document.body) {
    const panes = new Set(inOrder.map(({ element }) => paneOf(element)));
    return panes.size === 1 ? inOrder[0] : undefined;
  }
  return (
    inOrder.find(({ element }) => element.contains(target)) ??
    inOrder.find(({ element }) => {
      const pane = paneOf(element);
      return pane !== document.body && pane.contains(target);
    })
  );
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role=dialog], [role=menu], [role=listbox]') !== null;
}

const NO_TEXT = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color']);

export function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !NO_TEXT.has(target.type);
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest('textarea, select, [role=textbox]') !== null;
}
