import { z } from 'zod';
import { ToolKind } from './acp-tool-snapshot.ts';

/** What is done with a permission request: answered for the user, or put to the user. */
export const PolicyAction = z.enum(['allow', 'ask', 'deny']);
export type PolicyAction = z.infer<typeof PolicyAction>;

/**
 * What becomes of a request that no rule speaks of. `ask`: the user is asked. `accept_edits`: reading, searching and editing
 * inside the worktree is allowed. `allow_in_worktree`: also deleting and moving there, and commands all of whose paths are
 * inside. `allow_all`: everything.
 */
export const PolicyMode = z.enum(['ask', 'accept_edits', 'allow_in_worktree', 'allow_all']);
export type PolicyMode = z.infer<typeof PolicyMode>;

const Pattern = z
  .string()
  .min(1)
  .max(500)
  .regex(/^\P{Cc}+$/u, 'expected a pattern without control characters');
const PathPattern = Pattern.refine((pattern) => !pattern.split('/').includes('..'), {
  message: 'a path pattern cannot go up with ".."; begin it with / for what is outside the worktree',
});

/**
 * One rule; it applies when everything it names does. `command`: one simple command, `*` stands for anything and ` *` at the
 * end also for nothing. `path`: `*` stays inside one folder, `**` goes through folders; without a `/` it is the name of a file
 * or folder anywhere in the worktree, with `/` or `~/` in front it may be outside.
 */
export const NewPolicyRule = z.strictObject({
  action: PolicyAction,
  kind: ToolKind.optional(),
  command: Pattern.optional(),
  path: PathPattern.optional(),
  agent: z.string().min(1).max(64).optional(),
});
export type NewPolicyRule = z.infer<typeof NewPolicyRule>;

export const PolicyRule = z.object({
  ...NewPolicyRule.shape,
  id: z.string(),
  /** the permission whose "always" made it; null for one that somebody wrote */
  permissionId: z.string().nullable(),
  createdAt: z.number(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

export const PolicyScope = z.enum(['project', 'session']);
export type PolicyScope = z.infer<typeof PolicyScope>;

/**
 * What is answered without asking, of one project or one session. The session's rules come before the project's, the first
 * that applies decides; then the mode, the session's before the project's.
 */
export const Policy = z.object({
  scope: PolicyScope,
  /** the id of the project or session */
  scopeId: z.string(),
  /** null: a session has its project's, a project asks */
  mode: PolicyMode.nullable(),
  /** seconds after which an open request is refused; null: as the project says, and there: it waits */
  answerWithin: z.number().int().positive().nullable(),
  rules: z.array(PolicyRule),
  /** grows with every change; 0 before the first */
  revision: z.number().int().nonnegative(),
  /** null before the first change */
  updatedAt: z.number().nullable(),
});
export type Policy = z.infer<typeof Policy>;

/** A path of a request: as the agent gave it, and with symlinks resolved. Relative to the worktree when inside, else absolute. */
const SubjectPath = z.object({ path: z.string(), real: z.string() });
export type SubjectPath = z.infer<typeof SubjectPath>;

/** What a permission request is about, in the words that rules speak of. */
export const PermissionSubject = z.object({
  kind: ToolKind,
  /** absolute, symlinks resolved: where its relative paths begin */
  folder: z.string(),
  /** command lines, as the agent gave them */
  commands: z.array(z.string()),
  /** what it touches, as far as it is known; of a command the paths in its words */
  paths: z.array(SubjectPath),
  /** false: more may be meant than is understood, so no rule with a pattern allows it */
  complete: z.boolean(),
});
export type PermissionSubject = z.infer<typeof PermissionSubject>;

/** Who answered, and by what. `rule`: as it was then. */
export const PermissionDecision = z.object({
  by: z.enum(['user', 'rule', 'mode', 'deadline']),
  scope: PolicyScope.optional(),
  rule: PolicyRule.optional(),
  mode: PolicyMode.optional(),
});
export type PermissionDecision = z.infer<typeof PermissionDecision>;

/**
 * PUT /api/projects/:id/policy, PUT /api/sessions/:id/policy: what is left out stays. `revision`: the one it was made from;
 * 409 when somebody changed it since.
 */
export const UpdatePolicy = z.strictObject({
  mode: PolicyMode.nullable().optional(),
  answerWithin: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 3600)
    .nullable()
    .optional(),
  /** all rules in their order; one with an id stays the rule it is */
  rules: z
    .array(NewPolicyRule.extend({ id: z.string().optional() }))
    .max(500)
    .optional(),
  revision: z.number().int().nonnegative().optional(),
});
export type UpdatePolicy = z.infer<typeof UpdatePolicy>;

/** POST …/policy/rules. `at`: its place, from 0; the first when left out. */
export const AddPolicyRule = NewPolicyRule.extend({ at: z.number().int().nonnegative().optional() });
export type AddPolicyRule = z.infer<typeof AddPolicyRule>;

/** POST …/policy/dry-run: rules and a mode that are tried on what was asked before; nothing is kept. */
export const DryRunPolicy = z.strictObject({
  rules: z.array(NewPolicyRule).max(500).default([]),
  mode: PolicyMode.default('ask'),
  /** how many of the newest requests */
  limit: z.number().int().min(1).max(1000).default(200),
});
export type DryRunPolicy = z.input<typeof DryRunPolicy>;

/** Its answer. */
export const PolicyDryRun = z.object({
  /** requests looked at */
  considered: z.number().int(),
  allowed: z.number().int(),
  denied: z.number().int(),
  asked: z.number().int(),
  /** allowed here and refused by the user then, or the other way round */
  against: z.number().int(),
  /** the newest that would have been answered, at most 20 */
  answered: z.array(
    z.object({
      permissionId: z.string(),
      title: z.string(),
      agent: z.string(),
      action: z.enum(['allow', 'deny']),
      createdAt: z.number(),
    }),
  ),
});
export type PolicyDryRun = z.infer<typeof PolicyDryRun>;
