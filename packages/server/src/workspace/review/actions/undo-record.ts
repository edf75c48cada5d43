/** How an action is taken back. */
export type UndoRecord =
  /**
   * a branch that is still at `after` goes back to `before` (null: it was not there). `index`: its changes are staged as
   * `indexTree` says; `keep`: the files of `folder` follow; `none`: it is checked out nowhere.
   */
  | {
      how: 'ref';
      folder: string;
      /** null: HEAD, which is on no branch */
      branch: string | null;
      before: string | null;
      /** empty while what it belongs to is not over */
      after: string;
      reset: 'none' | 'index' | 'keep';
      indexTree: string | null;
    }
  /** files come back from a checkpoint */
  | { how: 'checkpoint'; checkpointId: string; paths: string[] };
