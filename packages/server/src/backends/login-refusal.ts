/**
 * What is said when nobody knows who asks: by an agent, or by the provider of its model. The words are data here, so that
 * another agent is another line. Pure.
 */

/** Of errors. */
const REFUSED = [
  /\b(?:no valid|invalid|incorrect|missing)\b[^.]{0,20}\bapi[- _]?key\b/i,
  /\bapi[- _]?key\b[^.]{0,20}\b(?:not valid|invalid|incorrect|missing|expired|revoked)\b/i,
  /\bdid(?:n't| not) provide an api[- ]key\b/i,
  /\b401\b[^.]{0,40}\bunauthori[sz]ed\b/i,
];

/** Whether an error is about who asks. `status`: of the model's answer, where it is known. */
export function loginRefusedIn(words: string, status: number | null = null): boolean {
  return status === 401 || REFUSED.some((refusal) => refusal.test(words));
}

/**
 * Agents that say it as their answer and end the turn in order. Strict, from the first word on: an answer that only speaks
 * of such things is none.
 */
const ANSWERS = [
  // copilot
  /^\s*(?:info: [^\n]{0,80}? retrying\.{3}\s*)*error: (authentication failed with provider at \S+ \(http 401\)[^]*)$/i,
];
const LONGEST_ANSWER = 600;

/** The reason, when all that an agent said in a turn is that it was refused; else null. */
export function loginRefusalOf(text: string): string | null {
  if (text.length > LONGEST_ANSWER) return null;
  for (const answer of ANSWERS) {
    const reason = answer.exec(text)?.[1];
    if (reason !== undefined) return reason.replaceAll(/\s+/g, ' ').trim();
  }
  return null;
}
