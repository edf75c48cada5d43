import { splitModel } from './catalog.ts';
import type { OpenCodeHttp } from './http.ts';
import type { OpenCodePrompt } from './prompt-input.ts';

const TAKEN_MS = 30_000;

export interface SendPromptOptions {
  http: OpenCodeHttp;
  sessionId: string;
  directory: string;
  /** the id its message gets */
  promptId: string;
  prompt: OpenCodePrompt;
  model: string | null;
  mode: string;
  variant: string | null;
}

/**
 * Gives the server a prompt. Resolves when it took it; for a command, when the turn ends.
 * @throws HttpAnswerError when it refused it; anything else leaves open whether it arrived
 */
export async function sendPrompt(options: SendPromptOptions): Promise<void> {
  const { http, sessionId, directory, promptId, prompt, model, mode, variant } = options;
  const common = {
    messageID: promptId,
    agent: mode,
    ...(variant === null ? {} : { variant }),
    parts: prompt.parts,
  };
  if (prompt.kind === 'command') {
    const body = {
      ...common,
      command: prompt.command,
      arguments: prompt.arguments,
      ...(model === null ? {} : { model }),
    };
    await http.post(`/session/${sessionId}/command`, { directory, body });
  } else {
    const body = { ...common, ...(model === null ? {} : { model: splitModel(model) }) };
    await http.post(`/session/${sessionId}/prompt_async`, { directory, body, timeoutMs: TAKEN_MS });
  }
}
