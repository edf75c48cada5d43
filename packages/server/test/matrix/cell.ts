import { z } from 'zod';

/**
 * What came of one ability of one agent. `not_offered`: the agent does not offer it, by its own words, which `note` quotes.
 * `note`: of what works only what somebody should know; of what fails the reason.
 */
export const Cell = z.strictObject({
  result: z.enum(['works', 'not_offered', 'fails']),
  note: z.string(),
});
export type Cell = z.infer<typeof Cell>;

export function works(note = ''): Cell {
  return { result: 'works', note };
}

/** `proof`: what the agent itself says of it. */
export function notOffered(proof: string): Cell {
  return { result: 'not_offered', note: proof };
}

export function fails(reason: string): Cell {
  return { result: 'fails', note: reason };
}
