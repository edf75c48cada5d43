import type { IndexState } from '@pilotlight/protocol';
import type { BoundCommand } from '../../app/commands.ts';
import { openQuestions, sessionRows, type Mark } from '../../live/groups.ts';
import * as words from '../../words/index.ts';
import { sessionTitle } from '../board/session-title.ts';

export type EntryKind = 'question' | 'session' | 'chat' | 'project' | 'command' | 'setting';

/** Where taking an entry leads, as data, so that what stands in the palette can be made (and tested) apart from the page. */
export type Target =
  | { to: 'session'; sessionId: string; chatId: string | null }
  | { to: 'new-session'; projectId: string }
  | { to: 'command'; commandId: string }
  | { to: 'settings'; section: string };

/** One thing the palette can find. */
export interface Entry {
  /** stable over reloads: what was used is remembered under it */
  id: string;
  kind: EntryKind;
  title: string;
  /** quiet, behind the title */
  detail: string;
  /** what is searched; begins with the title */
  text: string;
  mark: Mark | null;
  keys: string | null;
  target: Target;
}

/** Everything there is, the most urgent of each kind first. */
export function allEntries(index: IndexState, commands: readonly BoundCommand[]): Entry[] {
  return [
    ...questionEntries(index),
    ...sessionEntries(index),
    ...commands.filter(({ id }) => id !== 'palette.open').map(commandEntry),
    ...settingEntries(),
    ...Object.values(index.projects).map(({ id, name, path }) =>
      entry('project', id, words.palette.newSessionIn(name), path, { to: 'new-session', projectId: id }),
    ),
  ];
}

function questionEntries(index: IndexState): Entry[] {
  return openQuestions(index).flatMap((question) => {
    const chat = index.chats[question.chatId];
    const session = chat === undefined ? undefined : index.sessions[chat.sessionId];
    if (chat === undefined || session === undefined) return [];
    const detail = joined([words.palette.asks(question.agent), session.title]);
    const target: Target = { to: 'session', sessionId: session.id, chatId: chat.id };
    return [{ ...entry('question', question.id, question.title, detail, target), mark: 'question' as const }];
  });
}

/** A session, and its chats by themselves where it has several. */
function sessionEntries(index: IndexState): Entry[] {
  return sessionRows(index).flatMap(({ session, project, chats, chat, mark }) => {
    const title = sessionTitle({ session, chats });
    const about = [project?.name, session.worktree?.branch];
    const detail = joined([...about, chat?.agent]);
    const target: Target = { to: 'session', sessionId: session.id, chatId: null };
    const own: Entry = { ...entry('session', session.id, title, detail, target), mark };
    if (chats.length < 2) return [own];
    return [
      own,
      ...chats.map((each) =>
        entry('chat', each.id, each.title || words.palette.untitledChat, joined([title, each.agent]), {
          to: 'session',
          sessionId: session.id,
          chatId: each.id,
        }),
      ),
    ];
  });
}

function commandEntry({ id, title, group, keys }: BoundCommand): Entry {
  const made = entry('command', id, title, group, { to: 'command', commandId: id });
  return { ...made, keys: keys ?? null };
}

function settingEntries(): Entry[] {
  return Object.entries(words.settings.sections).map(([section, { title, about }]) =>
    entry('setting', section, title, about, { to: 'settings', section }),
  );
}

function entry(kind: EntryKind, id: string, title: string, detail: string, target: Target): Entry {
  return {
    id: `${kind}:${id}`,
    kind,
    title,
    detail,
    text: `${title} ${detail}`,
    mark: null,
    keys: null,
    target,
  };
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
