import type {
  BroughtBack,
  Chat,
  Checkpoint,
  CheckpointSettings,
  ForkChat,
  Project,
  RemovedSession,
  Restored,
  RestoreFiles,
  Session,
  TurnCheckpoints,
  UndoTurn,
} from '@pilotlight/protocol';

/** What can be asked about kept states. Each throws PilotlightError; when it returns, what it did is on disk. */
export interface CheckpointCommands {
  /** the newest first. @throws `session_not_found` */
  list(sessionId: string): Checkpoint[];
  /** @throws `turn_not_found` */
  ofTurn(turnId: string): TurnCheckpoints;
  /** @throws `session_not_found`, `checkpoint_not_found`, `conflict`, `worktree_missing` */
  restore(sessionId: string, body: RestoreFiles): Promise<Restored>;
  /** @throws `turn_not_found`, `checkpoint_not_found`, `conflict`, `worktree_missing` */
  undo(turnId: string, body: UndoTurn): Promise<Restored>;
  /** @throws `turn_not_found`, `checkpoint_not_found`, `conflict` */
  fork(turnId: string, body: ForkChat): Promise<{ session: Session; chat: Chat }>;
  listRemoved(): RemovedSession[];
  /** @throws `session_not_found`, `worktree_failed` */
  bringBack(sessionId: string): Promise<BroughtBack>;
  /** Whether checkpoints of a project or session hold ignored files too. */
  settings(of: Project | Session): CheckpointSettings;
  setKeepsIgnored(of: Project | Session, keeps: boolean): CheckpointSettings;
}
