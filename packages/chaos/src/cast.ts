/** The agents of a run besides the built-in demo agent. */
export interface Cast {
  /** the agent that shares a session with the demo agent, and the one that has a session to itself */
  beside: string;
  alone: string;
  /** `folder`: of the run */
  open(folder: string): Promise<OpenCast>;
}

export interface OpenCast extends AsyncDisposable {
  /** their entries of agents.json */
  entries: readonly object[];
  /** the nonces of the prompts they got so far, each as often as it came */
  prompts(): string[];
}

/** Where nothing but the demo agent is wanted. */
export const DEMO_ONLY: Cast = {
  beside: 'demo',
  alone: 'demo',
  open: async () => ({ entries: [], prompts: () => [], [Symbol.asyncDispose]: async () => {} }),
};
