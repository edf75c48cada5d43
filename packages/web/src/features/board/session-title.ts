import type { SessionRow } from '../../live/groups.ts';
import * as words from '../../words/index.ts';

/** What to call a session: its title, else that of its first chat. */
export function sessionTitle({ session, chats }: Pick<SessionRow, 'session' | 'chats'>): string {
  return session.title || chats[0]?.title || words.board.untitled;
}

/** What the second line of a session says: what it asks, else the last line of its agent. */
export function sessionLine({ questions, chat }: Pick<SessionRow, 'questions' | 'chat'>): string {
  return questions[0]?.title || plain(chat?.lastLine ?? '');
}

/** A line of Markdown as it reads, without the marks of code and weight. */
function plain(line: string): string {
  return line.replace(/`+|\*\*|^#+ |^[-*] /g, '');
}
