import type { BackendProcess } from '@pilotlight/protocol';
import type { AgentProcess } from './agent-process.ts';

/** What a process is and why it is there, for `inspect`. `isClosing`: a session of it is being closed. */
export async function describeProcess(
  process: AgentProcess,
  chats: readonly { chatId: string; isBusy: boolean }[],
  isClosing: boolean,
): Promise<BackendProcess> {
  const busy = chats.filter(({ isBusy }) => isBusy).length;
  const waiting = isClosing ? 'closing' : 'starting';
  return {
    ...(await measured(process)),
    state: busy > 0 ? 'busy' : chats.length > 0 ? 'ready' : waiting,
    why: busy > 0 ? `Runs ${busy} of ${count(chats.length)}` : whyIdle(chats.length, isClosing),
    chatIds: chats.map(({ chatId }) => chatId),
  };
}

/** Of a process that waits for its first session. */
export async function describeSpare(process: AgentProcess): Promise<BackendProcess> {
  const { ahead } = process;
  const open = ahead === null ? '' : `, with one open in ${ahead.folder}`;
  const why = `Spare: started ahead for the next session${open}`;
  return { ...(await measured(process)), state: 'ready', why, chatIds: [] };
}

async function measured({ agent, child }: AgentProcess) {
  const memoryBytes = await child.memoryBytes();
  return { agent: agent.id, pid: child.pid, memoryBytes, startedAt: child.startedAt };
}

function whyIdle(chats: number, isClosing: boolean): string {
  if (chats > 0) return `Kept warm for ${count(chats)}`;
  return isClosing ? 'Its last session is being closed' : 'Its first session is being opened';
}

function count(chats: number): string {
  return chats === 1 ? '1 chat' : `${chats} chats`;
}
