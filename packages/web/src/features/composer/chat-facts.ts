import type { Message, Permission, Turn } from '@pilotlight/protocol';
import type { ChatView } from '../../live/chat-store.ts';
import { oncePer } from './once-per.ts';

type Turns = Record<string, Turn>;

const running = oncePer(
  (turns: Turns): Turn | null =>
    Object.values(turns).find(({ state }) => state === 'starting' || state === 'running') ?? null,
);
const queued = oncePer((turns: Turns): readonly Turn[] =>
  Object.values(turns)
    .filter(({ state }) => state === 'queued')
    .sort((a, b) => a.position - b.position),
);
const asked = oncePer(
  (permissions: Record<string, Permission>): Permission | null =>
    Object.values(permissions)
      .filter(({ state }) => state === 'pending')
      .sort((a, b) => a.createdAt - b.createdAt)[0] ?? null,
);

// Selections for `useChatPart`. Text that streams in leaves all of them as they are.

/** The turn that starts or runs. */
export const runningTurn = ({ state }: ChatView): Turn | null => running(state.turns);

/** The prompts that wait, the next first. */
export const queuedTurns = ({ state }: ChatView): readonly Turn[] => queued(state.turns);

/** The question that waits longest. */
export const openQuestion = ({ state }: ChatView): Permission | null => asked(state.permissions);

/** What the user said, the newest first, each text once. */
export function pastPrompts(view: ChatView): string[] {
  const texts: string[] = [];
  for (const message of [...view.earlier, ...view.state.messages]) {
    const text = message.role === 'user' ? promptText(message.parts) : '';
    if (text !== '' && texts.at(-1) !== text) texts.push(text);
  }
  return texts.toReversed();
}

/** The words of a prompt; empty for one that is all attachments, or so long that it is not here. */
export function promptText(parts: Message['parts']): string {
  return parts.flatMap((part) => (part.type === 'text' && part.text !== '' ? [part.text] : [])).join('\n');
}
