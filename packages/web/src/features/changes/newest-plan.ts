import type { Message, Part } from '@pilotlight/protocol';

export type Plan = Extract<Part, { type: 'plan' }>;

/** The plan said last, null when none was. */
export function newestPlan(messages: readonly Message[]): Plan | null {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const found = messages[at]?.parts.findLast((part): part is Plan => part.type === 'plan');
    if (found !== undefined) return found;
  }
  return null;
}
