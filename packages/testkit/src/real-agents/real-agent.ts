import { claude } from './entries/claude.ts';
import { cline } from './entries/cline.ts';
import { codex } from './entries/codex.ts';
import { copilot } from './entries/copilot.ts';
import { gemini } from './entries/gemini.ts';
import { kilo } from './entries/kilo.ts';
import { opencode } from './entries/opencode.ts';
import { pi } from './entries/pi.ts';
import { qwen } from './entries/qwen.ts';
import type { RealAgentEntry } from './real-agent-entry.ts';

/** The real agents the testkit can run; a new one is an entry here, and a package in `packages/testkit/agents`. */
export const REAL_AGENTS = {
  opencode,
  claude,
  codex,
  gemini,
  qwen,
  kilo,
  copilot,
  pi,
  cline,
} satisfies Record<string, RealAgentEntry>;

export type RealAgentId = keyof typeof REAL_AGENTS;

export const REAL_AGENT_IDS = Object.keys(REAL_AGENTS) as [RealAgentId, ...RealAgentId[]];

/** Where an agent's files go and which model server it is pointed to. */
export interface RecipeOptions {
  /** Base address of the model server, without a trailing slash. */
  readonly modelUrl: string;
  /** An existing folder that becomes the agent's home; one agent a home. */
  readonly home: string;
  /** nobody has logged in to it */
  readonly loggedOut?: boolean;
}

/** How to run one real agent, offline, against the model server. */
export interface RealAgent {
  readonly id: RealAgentId;
  readonly name: string;
  /** of the installed package */
  readonly version: string;
  /** The program; with `args` it speaks ACP on its stdio. For opencode, `serve` in place of `args` starts its HTTP server. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process: nothing of the surrounding one is needed. */
  readonly env: Readonly<Record<string, string>>;
  readonly askMode: RealAgentEntry['askMode'];
}
