import { ERROR_STATUS, PilotlightError, toErrorInfo } from '@pilotlight/protocol';
import type { Problem } from '@pilotlight/protocol';
import type { core } from 'zod';

const MAX_FIELDS = 20;

export type ProblemField = NonNullable<Problem['fields']>[number];

/** A body or query that is not as the contract says; `details.fields` tells where. */
export class InvalidRequest extends PilotlightError {
  constructor(message: string, fields: ProblemField[] = []) {
    super('invalid_request', message, fields.length === 0 ? {} : { details: { fields } });
    this.name = 'InvalidRequest';
  }
}

/** The error of a failed schema: one field an issue, at most twenty. */
export function invalidRequest(what: string, issues: readonly core.$ZodIssue[]): InvalidRequest {
  const fields = issues.flatMap(fieldsOf).slice(0, MAX_FIELDS);
  const first = fields[0];
  const where = first === undefined ? '' : `: ${first.path === '' ? '' : `${first.path}: `}${first.message}`;
  return new InvalidRequest(`the ${what} is not as expected${where}`, fields);
}

function fieldsOf(issue: core.$ZodIssue): ProblemField[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: jsonPath([...issue.path, key]), message: 'is not known here' }));
  }
  return [{ path: jsonPath(issue.path), message: issue.message }];
}

/** `['content', 0, 'text']` becomes `content[0].text`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

const TITLES: Partial<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Payload too large',
  422: 'Invalid request',
  429: 'Too many requests',
};

/** Any thrown value as the body of an API error. What its details call `fields` are the wrong fields. */
export function toProblem(error: unknown, status?: number): Problem {
  const info = toErrorInfo(error);
  const { fields, ...details } = info.details ?? {};
  const code = status ?? ERROR_STATUS[info.code];
  return {
    type: 'about:blank',
    title: TITLES[code] ?? info.code.replaceAll('_', ' '),
    status: code,
    code: info.code,
    detail: info.message,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(fields === undefined ? {} : { fields: fields as ProblemField[] }),
  };
}

/** The answer that carries a problem. */
export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}
