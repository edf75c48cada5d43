import { z } from 'zod';

/** A slash command that the agent offers (ACP `available_commands_update`). */
export const AgentCommand = z.object({
  name: z.string(),
  description: z.string(),
  /** what to type behind the name; null or missing when the command takes nothing */
  input: z.object({ hint: z.string() }).nullable().optional(),
});
export type AgentCommand = z.infer<typeof AgentCommand>;

export const PlanEntry = z.object({
  content: z.string(),
  priority: z.enum(['high', 'medium', 'low']),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
export type PlanEntry = z.infer<typeof PlanEntry>;

export const Money = z.object({
  amount: z.number(),
  /** ISO 4217, such as USD */
  currency: z.string(),
});
export type Money = z.infer<typeof Money>;

/** What an agent says of tokens and cost; every field is optional because agents differ. */
export const AgentUsage = z.object({
  /** tokens now in the context window, and its size */
  contextUsed: z.number().optional(),
  contextSize: z.number().optional(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  reasoningTokens: z.number().optional(),
  cacheReadTokens: z.number().optional(),
  cacheWriteTokens: z.number().optional(),
  cost: Money.optional(),
});
export type AgentUsage = z.infer<typeof AgentUsage>;

const OptionChoice = z.object({
  value: z.string(),
  name: z.string(),
  description: z.string().optional(),
  group: z.string().optional(),
});

/**
 * One thing that can be chosen about an agent session: its model, mode, thinking level, or an option of its own.
 * ACP `configOptions`, the older `modes`/`models`, and opencode's lists all come down to this.
 */
export const ConfigOption = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  category: z.string().optional(),
  type: z.enum(['select', 'boolean']),
  currentValue: z.union([z.string(), z.boolean()]),
  choices: z.array(OptionChoice),
});
export type ConfigOption = z.infer<typeof ConfigOption>;

export const PermissionOption = z.object({
  optionId: z.string(),
  name: z.string(),
  kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
});
export type PermissionOption = z.infer<typeof PermissionOption>;

/** What an answer must fit; numbers for `number` and `integer`, lengths in characters for `text`. */
const FieldLimits = z.object({
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  /** a regular expression */
  pattern: z.string().optional(),
  format: z.enum(['email', 'uri', 'date', 'date-time']).optional(),
});

/** One field of a question an agent asks: free text, or a choice when `choices` is not empty. */
export const QuestionField = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  choices: z.array(z.object({ value: z.string(), label: z.string(), description: z.string().optional() })),
  multiple: z.boolean(),
  /** whether an answer outside `choices` is taken */
  custom: z.boolean(),
  required: z.boolean(),
  /** what a free answer is; `text` when left out */
  type: z.enum(['text', 'number', 'integer', 'boolean']).optional(),
  limits: FieldLimits.optional(),
  /** what stands there before somebody answers */
  initial: z.array(z.string()).optional(),
});
export type QuestionField = z.infer<typeof QuestionField>;
