import type { ContentBlock, Part, Turn } from '@pilotlight/protocol';

/** The words of a queued prompt that can be edited in a field; null for one whose text was too long to be sent here. */
export function editableText(turn: Turn): string | null {
  const texts = textParts(turn);
  if (texts.some(({ head }) => head !== undefined)) return null;
  return texts.map(({ text }) => text).join('\n');
}

/** The prompt with other words and the same attachments; an image keeps its reference to what the server has. */
export function withText(turn: Turn, text: string): ContentBlock[] {
  const others = (turn.prompt ?? []).flatMap((part) => (part.type === 'content' ? [part.content] : []));
  return text.trim() === '' ? others : [{ type: 'text', text: text.trim() }, ...others];
}

export function attachmentCount(turn: Turn): number {
  return (turn.prompt ?? []).filter(({ type }) => type === 'content').length;
}

function textParts(turn: Turn): Extract<Part, { type: 'text' }>[] {
  return (turn.prompt ?? []).filter((part) => part.type === 'text');
}
