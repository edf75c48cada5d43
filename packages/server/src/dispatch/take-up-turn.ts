import {
  toErrorInfo,
  type AgentBackend,
  type InterruptionReason,
  type PromptCtx,
  type TurnResult,
} from '@pilotlight/protocol';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import { interruption, withReason } from './interruption.ts';
import type { PermissionDesk } from './permission-desk.ts';
import type { TurnRecord } from './turn-record.ts';

export interface TakeUpOptions {
  record: TurnRecord;
  sessionId: string;
  backend: AgentBackend | undefined;
  ctx: PromptCtx;
  sessions: AgentSessionDesk;
  permissions: PermissionDesk;
  /** why what an earlier server left cannot be found, where nothing more is known */
  loss: InterruptionReason;
}

/** An earlier server died before it asked the agent. */
const NEVER_SENT: TurnResult = {
  ok: false,
  error: { code: 'interrupted', message: 'The agent was never asked.', details: { sent: false } },
};

/** Goes on with what an earlier server began. Until its backend listens for it, nothing here waits. */
export async function takeUpTurn(options: TakeUpOptions): Promise<TurnResult> {
  const { record, sessionId, backend, ctx, sessions, permissions, loss } = options;
  const { turn } = record;
  // See `TurnRecord.ready`.
  if (turn.state === 'starting' && !sessions.wasResident(turn.chatId, turn.agent)) return NEVER_SENT;
  const handle = sessions.handle(sessionId, turn.chatId, turn.agent);
  if (turn.dispatch === 'cold') return { ok: false, error: interruption('cold', turn.agent) };
  if (backend?.reattach === undefined || handle === null)
    return { ok: false, error: interruption(loss, turn.agent) };
  const asked = permissions.asked(turn);
  try {
    const result = await backend.reattach(handle, {
      ...ctx,
      turnId: turn.id,
      onPermission: (request) =>
        asked.permission(request) ??
        record.caughtUp.then(() => ctx.onPermission?.(request) ?? { outcome: 'cancelled' }),
      onQuestion: (request) =>
        asked.question(request) ??
        record.caughtUp.then(() => ctx.onQuestion?.(request) ?? { action: 'cancel' }),
      onCaughtUp: () => {
        record.ready({ dispatch: 'warm', continuity: 'reattached' });
        sessions.ensured(handle, 'reattached');
        record.onCaughtUp();
      },
    });
    return result;
  } catch (error) {
    const info = toErrorInfo(error);
    return {
      ok: false,
      error: info.details?.['sent'] === false ? info : withReason(info, turn.agent, loss),
    };
  }
}
