import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Hono } from 'hono';
import { PilotlightError } from '@pilotlight/protocol';
import type { z } from 'zod';
import { invalidRequest, problemResponse, toProblem } from './problem.ts';
import { readBody } from './read-body.ts';

export interface HttpEnv {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
}
export type Http = Hono<HttpEnv>;
export type HttpContext = Context<HttpEnv>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Handler = (c: HttpContext) => Response | Promise<Response>;

/** Registers every method of one path; any other method is answered 405 with the list of those. */
export function route(http: Http, path: string, handlers: Partial<Record<Method, Handler>>): void {
  for (const [method, handler] of Object.entries(handlers)) http.on(method, path, handler);
  const allow = Object.keys(handlers).join(', ');
  http.all(path, (c) => {
    const error = new PilotlightError(
      'invalid_request',
      `${c.req.method} is not possible on ${c.req.path}; use ${allow}`,
    );
    return problemResponse(toProblem(error, 405), { allow });
  });
}

/** The checked JSON body. @throws PilotlightError `payload_too_large`, `invalid_request` */
export function bodyOf<T extends z.ZodType>(c: HttpContext, schema: T): Promise<z.output<T>> {
  return readBody(c.env.incoming, schema);
}

/** The checked query; every parameter once, unknown ones refused by strict schemas. @throws `invalid_request` */
export function queryOf<T extends z.ZodType>(c: HttpContext, schema: T): z.output<T> {
  const parsed = schema.safeParse(c.req.query());
  if (!parsed.success) throw invalidRequest('query', parsed.error.issues);
  return parsed.data;
}

/** A path parameter that the route is known to have. */
export function param(c: HttpContext, name: string): string {
  return c.req.param(name) ?? '';
}
