import { z } from 'zod';
import { ScriptName } from './project-config.ts';

export const ScriptKind = z.enum(['setup', 'teardown', 'run']);
export type ScriptKind = z.infer<typeof ScriptKind>;

/** `interrupted`: the server that ran it is gone, and it with it. */
export const ScriptRunState = z.enum(['running', 'succeeded', 'failed', 'stopped', 'interrupted']);
export type ScriptRunState = z.infer<typeof ScriptRunState>;

/** The last run of one script of a session. */
export const ScriptRun = z.object({
  id: z.string(),
  sessionId: z.string(),
  kind: ScriptKind,
  /** of a `run` script; otherwise the kind */
  name: z.string(),
  command: z.string(),
  state: ScriptRunState,
  /** null while it runs, and when a signal ended it */
  exitCode: z.number().int().nullable(),
  /** epoch ms */
  startedAt: z.number(),
  endedAt: z.number().nullable(),
});
export type ScriptRun = z.infer<typeof ScriptRun>;

/** GET /api/sessions/:id/scripts/:name/output: the last 128 KiB of what a script wrote, out and err together. */
export const ScriptOutput = z.object({
  runId: z.string(),
  text: z.string(),
});
export type ScriptOutput = z.infer<typeof ScriptOutput>;

/** Of one session, in the index: that something about its scripts is another. */
export const ScriptsState = z.object({
  sessionId: z.string(),
  /** grows with every change; what `GET /api/sessions/:id/scripts` says may be another */
  revision: z.number().int(),
  running: z.number().int(),
  /**
   * Of its worktree's setup: `waits` until somebody allows it, `running`, `failed` (or stopped, or ended with its server);
   * null when there is nothing to say
   */
  setup: z.enum(['waits', 'running', 'failed']).nullable(),
});
export type ScriptsState = z.infer<typeof ScriptsState>;

/** Something that a worktree did not get: a file that was to be copied, a submodule, the content of a large file. */
export const Lacking = z.object({ path: z.string(), why: z.string() });
export type Lacking = z.infer<typeof Lacking>;

/** GET /api/sessions/:id/scripts */
export const SessionScripts = z.object({
  /** SHA-256 of the session's `.pilotlight.json`, in hex; null: it has none, or one that cannot be read */
  hash: z.string().nullable(),
  /** why the file cannot be used: where in it, and what is wrong */
  problem: z.string().nullable(),
  /** somebody allowed exactly this file to run in this project */
  allowed: z.boolean(),
  setup: z.string().nullable(),
  teardown: z.string().nullable(),
  run: z.array(z.object({ name: z.string(), command: z.string() })),
  ports: z.array(z.object({ name: z.string(), variable: z.string(), port: z.number().int() })),
  /** what the worktree did not get when it was made, and why */
  lacking: z.array(Lacking),
  /** the last run of each */
  runs: z.array(ScriptRun),
});
export type SessionScripts = z.infer<typeof SessionScripts>;

/** POST /api/sessions/:id/scripts/allow. 409 when the file is another by now. A setup that waits for it starts. */
export const AllowScripts = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) });
export type AllowScripts = z.infer<typeof AllowScripts>;

/** POST /api/sessions/:id/scripts/start and …/stop. `name`: `setup`, or that of a `run` script. */
export const NameScript = z.strictObject({ name: ScriptName });
export type NameScript = z.infer<typeof NameScript>;
