import { z } from 'zod';
import { Money } from './provider-types.ts';

/** `day`: of everything this server runs on a day of its own time zone. */
export const BudgetScope = z.enum(['chat', 'session', 'day']);
export type BudgetScope = z.infer<typeof BudgetScope>;

const common = {
  /** the agent of the turn that waits first */
  agent: z.string(),
  /** in words: what happened, and what to do now */
  message: z.string(),
  /** epoch ms */
  since: z.number(),
};

/** Why what waits in a chat does not start. What runs is never stopped for it. */
export const ChatHold = z.discriminatedUnion('reason', [
  /** until somebody has logged in; holds only what waits for that agent */
  z.object({ reason: z.literal('login'), ...common }),
  /**
   * The agent has reached a limit of its account; holds only what waits for it. `resetsAt`: epoch ms, null when it did not
   * say. `goesOn`: by itself then; else when somebody says so, or sends a prompt after that time.
   */
  z.object({
    reason: z.literal('usage_limit'),
    ...common,
    resetsAt: z.number().nullable(),
    goesOn: z.boolean(),
  }),
  /** until the budget is raised, removed, or (of a day) the next day has come */
  z.object({ reason: z.literal('budget'), ...common, scope: BudgetScope, subject: z.string() }),
]);
export type ChatHold = z.infer<typeof ChatHold>;

/** PATCH /api/chats/:id/hold. 409 when the chat waits for no usage limit. */
export const UpdateHold = z.strictObject({ goesOn: z.boolean() });
export type UpdateHold = z.infer<typeof UpdateHold>;

/** PUT /api/budgets/:subject, where the subject is `day` or the id of a chat or session; at least one of both. */
export const SetBudget = z
  .strictObject({
    /** input, output and cached tokens together */
    tokens: z.number().int().positive().nullable().default(null),
    cost: z
      .strictObject({ amount: z.number().positive(), currency: z.string().regex(/^[A-Z]{3}$/) })
      .nullable()
      .default(null),
  })
  .refine(({ tokens, cost }) => tokens !== null || cost !== null, { message: 'say one of tokens, cost' });
export type SetBudget = z.input<typeof SetBudget>;

/** The most that may be used, with what is used. No turn starts when one of both is reached. */
export const Budget = z.object({
  scope: BudgetScope,
  /** `day`, or the id of the chat or session */
  subject: z.string(),
  tokens: z.number().nullable(),
  cost: Money.nullable(),
  usedTokens: z.number(),
  /** in the budget's currency; costs in others are not counted */
  usedCost: z.number(),
  isReached: z.boolean(),
});
export type Budget = z.infer<typeof Budget>;

/** GET /api/budgets */
export const BudgetList = z.object({ budgets: z.array(Budget) });
export type BudgetList = z.infer<typeof BudgetList>;
