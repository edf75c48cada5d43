import type { AgentSessionHandle, Continuity } from '@pilotlight/protocol';
import type { InputLine } from '@pilotlight/keeper';
import type { AcpSession } from './acp-session.ts';
import type { AgentProcess } from './agent-process.ts';
import type { Opening } from './process-file.ts';
import type { Lease } from './process-pool.ts';

/** One chat with an open ACP session. */
export interface WarmChat {
  key: string;
  handle: AgentSessionHandle;
  session: AcpSession;
  lease: Lease;
  continuity: Continuity;
  opening: Opening;
  /** what an earlier server has sent and not acknowledged */
  inputBefore: readonly InputLine[];
}

/** One agent in one chat. */
export function keyOf(chatId: string, agent: string): string {
  return `${chatId}/${agent}`;
}

/** The chats with an open session, by `keyOf`. */
export class WarmChats extends Map<string, WarmChat> {
  /** Its session, while its process is up. */
  live(key: string): WarmChat | undefined {
    const chat = this.get(key);
    return chat?.session.process.isUp ? chat : undefined;
  }

  of(process: AgentProcess): WarmChat[] {
    return [...this.values()].filter(({ session }) => session.process === process);
  }

  idle(): WarmChat[] {
    return [...this.values()].filter(({ session }) => !session.isBusy);
  }
}

/** An agent that does not close it loses nothing but memory: the process goes with its last session. */
export async function closeAcpSession({ process, id }: AcpSession): Promise<void> {
  if (!process.isUp || !process.capabilities.close) return;
  const options = { deadlineMs: process.agent.deadlines.close };
  await process.connection.request('session/close', { sessionId: id }, options).catch(() => {});
}
