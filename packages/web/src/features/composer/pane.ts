/** The pane an element stands in: a chat with its transcript and its composer. */
export function paneOf(element: Element): Element {
  return element.closest('[data-pane]') ?? element.closest('section, main') ?? document.body;
}
