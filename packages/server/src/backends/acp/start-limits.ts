/**
 * Bounds how often the processes of an agent are started when they fail, over all its sessions.
 *
 *     up ──a failed start, or an end by itself within 10 s──▶ pauses 0.25, 0.5, 1, 2 s before the next start
 *        ──5 in a row──▶ down: starts are refused for 4, 8, … 60 s, and turns go the cold way ──10 s of life──▶ up
 */
import { PilotlightError, toErrorInfo, type ErrorCode } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResolvedAgent } from '../agent-spec.ts';
import { RestartPolicy, STABLE_MS } from '../restart-policy.ts';

const limits = { patientFailures: 4, firstPauseMs: 250, growth: 2, longestPauseMs: 60_000 };
/** What a start can fail with that is the agent's own doing; all else would fail anew, or is not its fault. */
const agentFailures = new Set<ErrorCode>(['agent_failed', 'agent_timeout', 'agent_protocol']);

interface Agent {
  policy: RestartPolicy;
  /** why it failed last */
  reason: string;
}

export interface StartLimitsOptions {
  /** epoch ms */
  now?(): number;
  pause?(ms: number): Promise<unknown>;
}

export class StartLimits {
  readonly #agents = new Map<string, Agent>();
  readonly #now: () => number;
  readonly #pause: (ms: number) => Promise<unknown>;

  constructor({ now = Date.now, pause = delay }: StartLimitsOptions = {}) {
    this.#now = now;
    this.#pause = pause;
  }

  /** Whether it may be started at once. */
  isFree(agent: string): boolean {
    return (this.#agents.get(agent)?.policy.next(this.#now()).ms ?? 0) === 0;
  }

  /** Resolves when it may be started. @throws PilotlightError `agent_unavailable` with the reason while it is down */
  async admit({ id, name }: ResolvedAgent): Promise<void> {
    const agent = this.#agents.get(id);
    if (agent === undefined) return;
    const { kind, ms } = agent.policy.next(this.#now());
    if (kind === 'refuse') {
      throw new PilotlightError(
        'agent_unavailable',
        `${name} failed ${agent.policy.failures} times in a row right after its start, and is tried again in ${Math.ceil(ms / 1000)} s. Last time: ${agent.reason}`,
        { details: { failures: agent.policy.failures, retryInMs: ms } },
      );
    }
    if (ms > 0) await this.#pause(ms);
  }

  /** A start failed. */
  failed(agent: string, cause: unknown): void {
    const { code, message } = toErrorInfo(cause);
    if (agentFailures.has(code)) this.#failed(agent, 0, message);
  }

  /** A process ended. `byItself`: nobody had asked for it. */
  ended(agent: string, livedMs: number, byItself: boolean, reason: string): void {
    if (livedMs >= STABLE_MS) this.#agents.delete(agent);
    else if (byItself) this.#failed(agent, livedMs, reason);
  }

  #failed(id: string, livedMs: number, reason: string): void {
    const agent = this.#agents.get(id) ?? { policy: new RestartPolicy(limits), reason };
    agent.reason = reason;
    agent.policy.ended(this.#now(), livedMs);
    this.#agents.set(id, agent);
  }
}
