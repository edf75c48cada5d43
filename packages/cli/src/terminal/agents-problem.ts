import type { ErrorInfo } from '@pilotlight/protocol';
import { sanitizeLine } from './sanitize.ts';
import type { Screen } from './screen.ts';

/** The line about an agents.json that is wrong. */
export function agentsProblem({ message }: ErrorInfo, { style }: Screen): string {
  return `${style.red('✗')} ${sanitizeLine(message, 2000)}; until it is mended there are only the built-in agents, as they are built in`;
}
