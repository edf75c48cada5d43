import type { ErrorInfo } from '@pilotlight/protocol';

/**
 * The circuit of one agent's warm backend, as a value.
 *
 *   closed ──failure──▶ open ──pause over──▶ half_open ──success──▶ closed
 *                        ▲                      │
 *                        └──────failure─────────┘  (the pause doubles)
 *
 * Open: turns are dispatched cold without asking the backend. Half open: the next turn tries it.
 */
export interface Circuit {
  failures: number;
  /** epoch ms; null while closed */
  retryAt: number | null;
  lastError: ErrorInfo | null;
}

export type CircuitState = 'closed' | 'open' | 'half_open';

export const CLOSED: Circuit = { failures: 0, retryAt: null, lastError: null };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

export function circuitState(circuit: Circuit, now: number): CircuitState {
  if (circuit.retryAt === null) return 'closed';
  return now >= circuit.retryAt ? 'half_open' : 'open';
}

export function afterFailure(circuit: Circuit, error: ErrorInfo, now: number): Circuit {
  const failures = circuit.failures + 1;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return { failures, retryAt: now + pause, lastError: error };
}
