import type { MessagePage, Part, Turn } from '@pilotlight/protocol';
import { indentOf, nested } from './nested-tools.ts';
import { sanitize, sanitizeLine } from './sanitize.ts';
import type { Screen } from './screen.ts';

/** Messages as a person reads them, with what became of their turns; control characters of agents are taken out. */
export function transcript(page: MessagePage, { style }: Screen): string {
  const turns = new Map(page.turns.map((turn) => [turn.id, turn]));
  const blocks = page.messages.map((message, index) => {
    const turn = message.turnId === null ? undefined : turns.get(message.turnId);
    const how = turn === undefined ? '' : howItRan(turn);
    const who = message.role === 'user' ? '⏵' : style.dim(`• ${message.agent}${how}`);
    const lines = nested(message.parts).flatMap((part) =>
      lineOf(part).map((line) => indentOf(part, message.parts) + line),
    );
    // A turn that did not complete says why, behind the last of its messages.
    const last = page.messages[index + 1]?.turnId !== message.turnId;
    const end = turn !== undefined && last ? endOf(turn).map((line) => style.red(line)) : [];
    return message.role === 'user'
      ? [`${who} ${lines.join('\n')}`, ...end].join('\n')
      : [who, ...lines, ...end].join('\n');
  });
  return blocks.join('\n\n');
}

/** How a turn came to its agent, where that was not the usual way. */
export function howItRan({ dispatch, continuity, continues }: Turn): string {
  const byItself = continues ? ' · by itself after an interruption' : '';
  if (dispatch === 'cold') return ` · cold${byItself}`;
  const isPlain = continuity === null || continuity === 'live' || continuity === 'fresh';
  return (isPlain ? '' : ` · ${continuity}`) + byItself;
}

function endOf({ state, error }: Turn): string[] {
  if (state !== 'failed' && state !== 'cancelled' && state !== 'interrupted') return [];
  return [`✗ ${error === null ? state : sanitizeLine(error.message, 2000)}`];
}

function lineOf(part: Part): string[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [sanitize(part.text).trimEnd()];
    case 'tool_call': {
      const mark = { completed: '✓', failed: '✗', cancelled: '✗', pending: '⏵', in_progress: '⏵' }[
        part.toolCall.status
      ];
      return [`${mark} ${sanitizeLine(part.toolCall.title || part.toolCall.kind, 120)}`];
    }
    case 'notice':
      return [`• ${sanitizeLine(part.text, 1000)}`];
    case 'content':
      return [`• ${part.content.type}`];
    default:
      return [];
  }
}
