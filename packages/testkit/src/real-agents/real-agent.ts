/** The real agents the testkit can run. */
export const REAL_AGENT_IDS = ['opencode', 'claude', 'codex', 'gemini', 'qwen'] as const;

export type RealAgentId = (typeof REAL_AGENT_IDS)[number];

/** Where a recipe puts its files and which model server it points the agent to. */
export interface RecipeOptions {
  /** Base address of the model server, without a trailing slash. */
  readonly modelUrl: string;
  /** An existing folder that becomes the agent's home; one agent a home. */
  readonly home: string;
}

/** How to run one real agent, offline, against the model server. */
export interface RealAgent {
  readonly id: RealAgentId;
  /** The program; with `args` it speaks ACP on its stdio. For opencode, `serve` in place of `args` starts its HTTP server. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process: nothing of the surrounding one is needed. */
  readonly env: Readonly<Record<string, string>>;
  readonly acp: {
    /**
     * The mode to set with `session/set_mode` after `session/new`, so that the agent asks before it acts;
     * null when it asks from the start and offers no modes.
     */
    readonly askMode: string | null;
    /** The mode in which it acts without asking; null when it has none. */
    readonly actMode: string | null;
  };
}

/** What is particular to one agent. `env` adds to the isolated environment that all share. */
export interface RecipeResult {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly acp: RealAgent['acp'];
}

/** Writes the agent's settings into the home and says how to run it. */
export type Recipe = (options: RecipeOptions) => RecipeResult;
