import { ERROR_STATUS, type ErrorCode } from './error-codes.ts';
import type { ErrorInfo, Problem } from './errors.ts';

export interface PilotlightErrorOptions {
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** Every error the product throws on purpose. Anything else that surfaces is a defect and is reported as `internal`. */
export class PilotlightError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: PilotlightErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PilotlightError';
    this.code = code;
    this.details = options.details;
  }
}

/** Any thrown value as the `ErrorInfo` that is shown and stored; unknown errors become `internal`. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof PilotlightError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** The problem that an answer's body is, null for anything else. Plain, so that a page needs no schema for it. */
export function asProblem(body: unknown): Problem | null {
  if (typeof body !== 'object' || body === null || !('code' in body) || !('detail' in body)) return null;
  const isOurs = typeof body.code === 'string' && Object.hasOwn(ERROR_STATUS, body.code);
  return isOurs && typeof body.detail === 'string' ? (body as Problem) : null;
}
