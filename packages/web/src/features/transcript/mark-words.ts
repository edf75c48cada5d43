const NAME = 'found';

/** Marks the words where they stand inside an element, without touching it. */
export function markWords(element: Element | null, query: string): void {
  if (!('highlights' in CSS)) return;
  CSS.highlights.delete(NAME);
  const needle = query.trim().toLowerCase();
  if (element === null || needle === '') return;
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.nodeValue?.toLowerCase() ?? '';
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, Math.min(at + needle.length, node.nodeValue?.length ?? 0));
      ranges.push(range);
    }
  }
  if (ranges.length > 0) CSS.highlights.set(NAME, new Highlight(...ranges));
}
