import { PilotlightError } from '@pilotlight/protocol';

/**
 * The error of a request whose words are right and whose meaning is not, such as a branch that does not exist.
 * @param path where in the body or query, as in `Problem.fields`
 */
export function invalidField(
  path: string,
  message: string,
  details: Record<string, unknown> = {},
): PilotlightError {
  return new PilotlightError('invalid_request', message, {
    details: { ...details, fields: [{ path, message }] },
  });
}
