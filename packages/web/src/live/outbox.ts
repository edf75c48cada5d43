import { PilotlightError, newId, type ContentBlock, type ErrorInfo, toErrorInfo } from '@pilotlight/protocol';
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import { noteSignedOut } from './connection.ts';
import { server } from './server.ts';

/** A prompt that this browser sent and has not seen in the chat yet. Its id makes sending it again harmless. */
export interface SentPrompt {
  /** the turn's id */
  id: string;
  chatId: string;
  content: ContentBlock[];
  agent: string | null;
  at: number;
  /** null while it is on its way */
  error: ErrorInfo | null;
}

interface Outbox {
  prompts: Record<string, SentPrompt>;
}

/** Characters of a prompt that is kept: the storage holds a few megabytes, one with images may be larger. */
const MAX_KEPT = 1_000_000;

/** Kept over a reload: what was on its way is sent again under the same id. */
export const useOutbox = create<Outbox>()(
  persist((): Outbox => ({ prompts: {} }), {
    name: 'pilotlight.outbox',
    partialize: ({ prompts }) => ({
      prompts: Object.fromEntries(
        Object.entries(prompts).filter(([, { content }]) => sizeOf(content) <= MAX_KEPT),
      ),
    }),
    storage: createJSONStorage(() => ({
      getItem: (name) => localStorage.getItem(name),
      removeItem: (name) => localStorage.removeItem(name),
      setItem(name, value) {
        try {
          localStorage.setItem(name, value);
        } catch {
          // Full: the prompts are sent all the same, and a reload forgets those on their way.
        }
      },
    })),
  }),
);

/** Shows the prompt at once and sends it. Resolves when the server has it, or it failed (then the outbox says why). */
export async function sendPrompt(
  chatId: string,
  content: ContentBlock[],
  agent: string | null,
): Promise<void> {
  const prompt: SentPrompt = { id: newId('turn'), chatId, content, agent, at: Date.now(), error: null };
  put(prompt);
  await deliver(prompt);
}

export async function sendAgain(id: string): Promise<void> {
  const prompt = useOutbox.getState().prompts[id];
  if (prompt === undefined) return;
  put({ ...prompt, error: null });
  await deliver(prompt);
}

/** Takes a prompt out: the chat shows it now, or the user gave it up. */
export function forgetPrompt(id: string): void {
  useOutbox.setState(({ prompts }) => {
    if (!(id in prompts)) return {};
    const { [id]: _, ...rest } = prompts;
    return { prompts: rest };
  });
}

/** At start: what an earlier page of this browser did not get an answer for. */
export function resendAll(): void {
  for (const prompt of Object.values(useOutbox.getState().prompts)) {
    if (prompt.error === null) void deliver(prompt);
  }
}

async function deliver({ id, chatId, content, agent }: SentPrompt): Promise<void> {
  for (let pause = 300; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      await server.submitPrompt(chatId, { id, content, ...(agent === null ? {} : { agent }) });
      return;
    } catch (error) {
      const prompt = useOutbox.getState().prompts[id];
      if (prompt === undefined) return;
      // The server is away or goes away: the prompt waits here and is sent when it is back.
      const isAway =
        error instanceof PilotlightError &&
        (error.code === 'server_unreachable' || error.code === 'server_stopping');
      if (!isAway) {
        noteSignedOut(error);
        put({ ...prompt, error: toErrorInfo(error) });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function put(prompt: SentPrompt): void {
  useOutbox.setState(({ prompts }) => ({ prompts: { ...prompts, [prompt.id]: prompt } }));
}

function sizeOf(content: readonly ContentBlock[]): number {
  const sizes = content.map((block) => {
    if (block.type === 'text') return block.text.length;
    if (block.type === 'resource') return (block.resource.text ?? block.resource.blob ?? '').length;
    return block.type === 'resource_link' ? block.uri.length : (block.data ?? '').length;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
