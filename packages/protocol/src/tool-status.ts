import type { ToolStatus } from './acp-tool-snapshot.ts';

/** How far a call has come; a status never goes back to a lower one. */
export const TOOL_PROGRESS: Record<ToolStatus, number> = {
  pending: 0,
  in_progress: 1,
  completed: 2,
  failed: 2,
  cancelled: 2,
};

/** Whether the call has ended, in whatever way. */
export function isToolEnded(status: ToolStatus): boolean {
  return TOOL_PROGRESS[status] === 2;
}
