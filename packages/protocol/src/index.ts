export * from './acp-tool-snapshot.ts';
export * from './agent-backend.ts';
export * from './agent-event.ts';
export * from './agent-login.ts';
export * from './api.ts';
export * from './apply-frame.ts';
export * from './apply-tool-patch.ts';
export * from './chat-search.ts';
export * from './chat-state.ts';
export * from './check-answers.ts';
export * from './checkpoints.ts';
export * from './content.ts';
export * from './continue-prompt.ts';
export * from './diff-views.ts';
export * from './empty-states.ts';
export {
  AgentSession,
  Chat,
  ChatActivity,
  DiffStat,
  Message,
  Part,
  Permission,
  Project,
  ResidencyState as ResidencyStateSchema,
  Session,
  Turn,
  TurnState,
  Worktree,
} from './entities.ts';
export { ERROR_STATUS } from './error-codes.ts';
export * from './errors.ts';
export * from './frames.ts';
export * from './hold.ts';
export * from './id-schemas.ts';
export * from './ids.ts';
export * from './image-type.ts';
export * from './index-state.ts';
export * from './interruption.ts';
export * from './limits.ts';
export * from './mcp.ts';
export * from './pilotlight-error.ts';
export * from './policy.ts';
export * from './provider-types.ts';
export * from './review.ts';
export * from './review-actions.ts';
export * from './project-config.ts';
export * from './pull-request.ts';
export * from './scripts.ts';
export * from './socket.ts';
export * from './task.ts';
export * from './task-sources.ts';
export * from './tool-patch.ts';
export { isToolEnded } from './tool-status.ts';
export * from './usage.ts';
export * from './worktree-views.ts';
