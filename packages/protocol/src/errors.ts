import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode as Code } from './error-codes.ts';

export const ErrorCode = z.enum(Object.keys(ERROR_STATUS) as [Code, ...Code[]]);
export type ErrorCode = Code;

/** What a failed turn, frame or answer says of itself. `message`: what happened, to what, what to do now. */
export const ErrorInfo = z.object({
  code: ErrorCode,
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorInfo = z.infer<typeof ErrorInfo>;

/** The body of an API error: `application/problem+json` (RFC 9457) with our code and, for 422, the offending fields. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: ErrorCode,
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  /** For `invalid_request`: where in the body, as a JSON path such as `content[0].text`, and why. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
