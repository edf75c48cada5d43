import type { AgentBackendKind } from '@pilotlight/protocol';
import { z } from 'zod';

const Deadlines = z.strictObject({
  /** all in milliseconds */
  initialize: z.number().int().positive().default(60_000),
  newSession: z.number().int().positive().default(60_000),
  /** between a cancel and the agent's acknowledgement */
  cancel: z.number().int().positive().default(10_000),
  close: z.number().int().positive().default(5_000),
});

/**
 * One agent as data; the differences between agents are here and nowhere else.
 * `command`, `args` and `env` may contain `${dataFolder}`, `${node}` (our own Node) and `${installed}` (the program of a
 * version pinned by `pilotlight agents install`).
 */
export const AgentSpec = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  name: z.string(),
  backend: z.enum(['opencode_server', 'acp_warm']).default('acp_warm'),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** names of variables that it gets from the server's environment, besides those that every agent gets */
  passEnv: z.array(z.string()).default([]),
  /** for `opencode_server`: how its ACP door is opened for a cold dispatch */
  coldArgs: z.array(z.string()).optional(),
  /** capabilities of ours that are offered to the agent */
  offer: z
    .strictObject({
      readTextFile: z.boolean().default(false),
      writeTextFile: z.boolean().default(false),
      terminal: z.boolean().default(false),
    })
    .prefault({}),
  /** whether one process may hold the sessions of several chats */
  sharedProcess: z.boolean().default(true),
  /** names of programs (15 characters at most) that it runs for itself at any time, so that they are no work in the background */
  helpers: z.array(z.string()).default([]),
  /** its start reads the folder it is started in, so that a spare process serves only its own project */
  startsInFolder: z.boolean().default(false),
  /** opening a session takes it long, so that a spare process waits with one open where chats will work */
  opensAhead: z.boolean().default(false),
  /** the mode in which the agent asks before it acts, set on every new session; null: it has none, or asks anyway */
  askMode: z.string().nullable().default(null),
  deadlines: Deadlines.prefault({}),
  /** the npm package that `agents install` takes, and the file in it that is run */
  install: z
    .strictObject({ package: z.string(), version: z.string(), bin: z.string() })
    .nullable()
    .default(null),
  /** how somebody gets it, in one sentence */
  hint: z.string().default(''),
  /** how somebody logs in, in one sentence */
  login: z.string().default(''),
  /** what somebody types into a terminal to log in; empty: there is no such command */
  loginCommand: z.string().default(''),
  /** the variables in which it takes a key, the usual one first; they are handed on from the server's environment too */
  keys: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).default([]),
});
export type AgentSpec = z.infer<typeof AgentSpec>;

/** An agent whose program was found and whose placeholders are filled in. */
export interface ResolvedAgent extends AgentSpec {
  backend: AgentBackendKind;
  command: string;
  args: string[];
  /** the complete environment of its process, its keys included */
  processEnv: Record<string, string>;
  /** the ACP auth method that it is logged in with where a session needs that; missing: none was chosen */
  authMethod?: string;
}

/** The table of agents as the backends see it. */
export interface AgentTable {
  list(): AgentSpec[];
  /** @throws PilotlightError `agent_unknown`, `config_invalid` when the file that may define it is wrong */
  get(id: string): AgentSpec;
  /** @throws PilotlightError as `get`, and `agent_not_installed` (says how to get it) */
  resolve(id: string): Promise<ResolvedAgent>;
}
