import { z } from 'zod';

/**
 * One way to log in to an agent. `terminal`: type `command` into a terminal. `url`: open `url`. `key`: give it a key.
 * `agent`: the agent does it itself when it is asked, in a browser for example.
 */
export const LoginMethod = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(['terminal', 'url', 'key', 'agent']),
  command: z.string().nullable(),
  url: z.string().nullable(),
  /** of a key: the variables it may be for, the usual one first */
  variables: z.array(z.string()),
  /** the agent itself has to be told that this method was chosen */
  authenticates: z.boolean(),
});
export type LoginMethod = z.infer<typeof LoginMethod>;

/** GET /api/agents/:id/login. Starts the agent for a moment, to hear its own methods. */
export const AgentLogin = z.object({
  agent: z.string(),
  name: z.string(),
  /** in one sentence, from its entry; '' when that says nothing */
  hint: z.string(),
  methods: z.array(LoginMethod),
  /** variables for which a key was set here; the keys themselves are never told */
  keysSet: z.array(z.string()),
  /** chats in which prompts wait for it */
  waitingChatIds: z.array(z.string()),
});
export type AgentLogin = z.infer<typeof AgentLogin>;

/**
 * POST /api/agents/:id/login: somebody has logged in, so what waits for it goes on. `methodId`: have the agent log in by that
 * method of its own first; answers when it has, which may take as long as somebody needs in a browser.
 */
export const LogIn = z.strictObject({ methodId: z.string().min(1).max(200).optional() });
export type LogIn = z.infer<typeof LogIn>;

/** PUT /api/agents/:id/key: kept in a file that only the server's user may read, and handed to the agent as a variable. */
export const SetKey = z.strictObject({
  key: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .regex(/^[^\0\r\n]+$/, 'expected a key of one line'),
  /** of its environment; the usual one of the agent when missing */
  variable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/)
    .optional(),
  /** the method of the agent that takes this key, where it has to be told */
  methodId: z.string().min(1).max(200).optional(),
});
export type SetKey = z.infer<typeof SetKey>;
