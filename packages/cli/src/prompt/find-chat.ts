import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Client } from '@pilotlight/client';
import { MOST_ABOUT, PilotlightError } from '@pilotlight/protocol';
import type { Chat, Session } from '@pilotlight/protocol';

export interface ChatWishes {
  chat?: string;
  session?: string;
  inPlace?: boolean;
  base?: string;
  agent?: string;
  mode?: string;
}

/**
 * The chat a prompt goes to: the one named, a new one in the session named (or in the session whose worktree is the
 * current folder), or the first of a new session in the project of the current folder; `base` always makes a new one.
 *
 * @param about the prompt, after which a new session is called
 */
export async function findChat(client: Client, wishes: ChatWishes, cwd: string, about = ''): Promise<Chat> {
  if (wishes.inPlace === true && (wishes.chat ?? wishes.session) !== undefined) {
    throw new PilotlightError(
      'invalid_request',
      '--in-place makes a new session; it goes with neither --chat nor --session',
    );
  }
  if (wishes.base !== undefined && (wishes.chat ?? wishes.session) !== undefined) {
    throw new PilotlightError(
      'invalid_request',
      '--base makes a new session; it goes with neither --chat nor --session',
    );
  }
  const chat = await chatFor(client, wishes, cwd, about);
  if (wishes.mode === undefined) return chat;
  const agent = wishes.agent === undefined ? {} : { agent: wishes.agent };
  return client.updateChat(chat.id, { ...agent, choice: { mode: wishes.mode } });
}

async function chatFor(client: Client, wishes: ChatWishes, cwd: string, about: string): Promise<Chat> {
  const agent = wishes.agent === undefined ? {} : { agent: wishes.agent };
  if (wishes.chat !== undefined) return client.getChat(wishes.chat);
  if (wishes.session !== undefined) return client.createChat(wishes.session, agent);
  const here = wishes.inPlace === true ? null : await sessionOfFolder(client, cwd);
  if (here !== null && wishes.base === undefined) return client.createChat(here.id, agent);
  const projectId = here?.projectId ?? (await client.createProject({ path: cwd })).id;
  const { chat } = await client.createSession({
    projectId,
    inPlace: wishes.inPlace === true,
    about: about.trim().slice(0, MOST_ABOUT),
    ...(wishes.base === undefined ? {} : { base: wishes.base }),
    ...agent,
  });
  return chat;
}

/** The session whose worktree is the folder, or holds it; null when none does. */
export async function sessionOfFolder(client: Client, cwd: string): Promise<Session | null> {
  const folder = await realpath(cwd);
  for (const session of await client.listSessions()) {
    const path = session.worktree?.path;
    if (path !== undefined && (folder === path || folder.startsWith(path + sep))) return session;
  }
  return null;
}

/** The chat of a session that was used last. @throws PilotlightError `chat_not_found` when it has none */
export async function lastChat(client: Client, sessionId: string): Promise<string> {
  const chats = await client.listChats(sessionId);
  const last = chats.toSorted((one, other) => other.updatedAt - one.updatedAt)[0];
  if (last !== undefined) return last.id;
  throw new PilotlightError(
    'chat_not_found',
    `session ${sessionId} has no chat; make one and name it with --chat`,
  );
}
