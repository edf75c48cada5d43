import type { ErrorInfo, Health } from '@pilotlight/protocol';
import { CLOSED, afterFailure, circuitState, type Circuit } from './circuit.ts';

/** The circuits of all agents, by agent id. */
export class CircuitBoard {
  readonly #circuits = new Map<string, Circuit>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the warm backend may be asked: the circuit is closed, or its pause is over. */
  allows(agent: string): boolean {
    return circuitState(this.#of(agent), this.#now()) !== 'open';
  }

  /** Whether the last try failed and its pause is over: the next turn is the one that finds out. */
  isProbe(agent: string): boolean {
    return circuitState(this.#of(agent), this.#now()) === 'half_open';
  }

  succeeded(agent: string): void {
    this.#circuits.delete(agent);
  }

  failed(agent: string, error: ErrorInfo): void {
    this.#circuits.set(agent, afterFailure(this.#of(agent), error, this.#now()));
  }

  list(): Health['circuits'] {
    return [...this.#circuits].map(([agent, circuit]) => ({
      agent,
      state: circuitState(circuit, this.#now()),
      ...circuit,
    }));
  }

  #of(agent: string): Circuit {
    return this.#circuits.get(agent) ?? CLOSED;
  }
}
