import { z } from 'zod';

/**
 * The closed set of error codes, the same in HTTP answers, frames, turn results and CLI exits.
 * `status` is the HTTP status an API answer with that code carries.
 */
export const ERROR_STATUS = {
  invalid_request: 422,
  payload_too_large: 413,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  project_not_found: 404,
  session_not_found: 404,
  chat_not_found: 404,
  turn_not_found: 404,
  message_not_found: 404,
  permission_not_found: 404,
  task_not_found: 404,
  blob_not_found: 404,
  turn_terminal: 409,
  turn_not_queued: 409,
  queue_full: 429,
  permission_answered: 409,
  agent_unknown: 404,
  agent_not_installed: 409,
  agent_login_required: 409,
  agent_failed: 502,
  agent_timeout: 504,
  agent_protocol: 502,
  agent_unsupported: 409,
  agent_unavailable: 503,
  model_unknown: 409,
  option_unknown: 409,
  worktree_missing: 409,
  worktree_dirty: 409,
  worktree_failed: 500,
  repository_empty: 409,
  git_failed: 500,
  path_outside: 403,
  install_failed: 502,
  store_corrupt: 500,
  store_readonly: 500,
  store_full: 507,
  store_newer: 500,
  data_folder_in_use: 409,
  port_in_use: 409,
  config_invalid: 422,
  server_unreachable: 503,
  server_stopping: 503,
  interrupted: 409,
  cancelled: 409,
  internal: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

export const ErrorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

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
