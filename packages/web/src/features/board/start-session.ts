import { MOST_ABOUT } from '@pilotlight/protocol';
import { sendPrompt } from '../../live/outbox.ts';
import { server } from '../../live/server.ts';
import { useLastUsed } from './last-used.ts';

/** What a new session is made of. */
export interface SessionDraft {
  projectId: string;
  /** null: what is checked out in the project */
  base: string | null;
  inPlace: boolean;
  agent: string;
  /** empty: the session begins without one */
  prompt: string;
}

/** Makes the session and sends its prompt; answers where it is, as soon as it is there. */
export async function startSession(draft: SessionDraft): Promise<{ sessionId: string; chatId: string }> {
  const { projectId, base, inPlace, agent, prompt } = draft;
  const { session, chat } = await server.createSession({
    projectId,
    agent,
    inPlace,
    about: prompt.trim().slice(0, MOST_ABOUT),
    ...(base === null || inPlace ? {} : { base }),
  });
  useLastUsed.setState({ projectId, agent });
  // The outbox keeps it and says in the chat when it could not be sent; nobody waits for it here.
  if (prompt.trim() !== '') void sendPrompt(chat.id, [{ type: 'text', text: prompt.trim() }], agent);
  return { sessionId: session.id, chatId: chat.id };
}
