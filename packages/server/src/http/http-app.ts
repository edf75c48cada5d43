import { Hono } from 'hono';
import { PilotlightError } from '@pilotlight/protocol';
import type { Authenticator } from './authenticator.ts';
import type { EventStreams } from './event-streams.ts';
import type { HttpDeps } from './http-deps.ts';
import type { OriginGuard } from './origin-guard.ts';
import { PAGE_POLICY } from './pages.ts';
import { problemResponse, toProblem } from './problem.ts';
import { agentRoutes } from './resources/agents.ts';
import { blobRoutes } from './resources/blobs.ts';
import { budgetRoutes } from './resources/budgets.ts';
import { chatRoutes } from './resources/chats.ts';
import { comparisonRoutes } from './resources/comparisons.ts';
import { diffRoutes } from './resources/diffs.ts';
import { checkpointRoutes } from './resources/checkpoints.ts';
import { eventRoutes } from './resources/events.ts';
import { folderRoutes } from './resources/folders.ts';
import { healthRoutes } from './resources/health.ts';
import { mcpServerRoutes } from './resources/mcp-servers.ts';
import { messageRoutes } from './resources/messages.ts';
import { pageRoutes } from './resources/page.ts';
import { permissionRoutes } from './resources/permissions.ts';
import { policyRoutes } from './resources/policies.ts';
import { processRoutes } from './resources/processes.ts';
import { projectRoutes } from './resources/projects.ts';
import { promptRoutes } from './resources/prompts.ts';
import { scheduleRoutes } from './resources/schedules.ts';
import { reviewActionRoutes } from './resources/review-actions.ts';
import { reviewRoutes } from './resources/reviews.ts';
import { scriptRoutes } from './resources/scripts.ts';
import { serverRoutes } from './resources/server.ts';
import { sessionRoutes } from './resources/sessions.ts';
import { settingRoutes } from './resources/settings.ts';
import { signInRoutes } from './resources/sign-in.ts';
import { taskRoutes } from './resources/tasks.ts';
import { isTriggerUse, triggerRoutes } from './resources/triggers.ts';
import { usageRoutes } from './resources/usage.ts';
import { worktreeRoutes } from './resources/worktrees.ts';
import type { Http, HttpEnv } from './route.ts';

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': PAGE_POLICY,
};

export interface HttpAppParts {
  deps: HttpDeps;
  authenticator: Authenticator;
  guard: OriginGuard;
  streams: EventStreams;
}

/** The whole HTTP surface: guards first, then one registration a resource. */
export function createHttpApp({ deps, authenticator, guard, streams }: HttpAppParts): Http {
  const http: Http = new Hono<HttpEnv>();
  http.use('*', async (c, next) => {
    // On the raw response, so that streams (which Hono does not see) carry them too.
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.env.outgoing.setHeader(name, value);
    const { host, origin } = c.env.incoming.headers;
    // A link on another site may lead to the pages, but its scripts may not reach the API.
    const fetchSite = c.req.path.startsWith('/api/') ? c.req.header('sec-fetch-site') : undefined;
    guard.check({ host, origin, fetchSite });
    await next();
  });
  http.use('/api/*', async (c, next) => {
    const { authorization, cookie } = c.env.incoming.headers;
    if (isTriggerUse(c.req.method, c.req.path)) return next();
    if (!authenticator.accepts({ authorization, cookie })) {
      throw new PilotlightError(
        'unauthorized',
        'sign in with `pilotlight open`, or send the token as a bearer token',
      );
    }
    await next();
  });
  healthRoutes(http, deps);
  folderRoutes(http, deps);
  projectRoutes(http, deps);
  sessionRoutes(http, deps);
  worktreeRoutes(http, deps);
  diffRoutes(http, deps);
  reviewRoutes(http, deps);
  scriptRoutes(http, deps);
  reviewActionRoutes(http, deps);
  checkpointRoutes(http, deps);
  chatRoutes(http, deps);
  messageRoutes(http, deps);
  promptRoutes(http, deps);
  permissionRoutes(http, deps);
  policyRoutes(http, deps);
  taskRoutes(http, deps);
  comparisonRoutes(http, deps);
  scheduleRoutes(http, deps);
  triggerRoutes(http, deps);
  agentRoutes(http, deps, streams);
  processRoutes(http, deps);
  blobRoutes(http, deps);
  eventRoutes(http, deps, streams);
  serverRoutes(http, deps);
  settingRoutes(http, deps);
  usageRoutes(http, deps);
  mcpServerRoutes(http, deps);
  budgetRoutes(http, deps);
  signInRoutes(http, deps, authenticator);
  pageRoutes(http, deps, authenticator);
  http.notFound((c) => {
    const error = new PilotlightError('not_found', `there is nothing at ${c.req.path}`);
    return problemResponse(toProblem(error));
  });
  http.onError((error, c) => {
    if (!(error instanceof PilotlightError)) {
      // The path only: the query of a sign-in link is a secret.
      deps.log.error({ error, method: c.req.method, path: c.req.path }, 'a request failed');
    }
    const problem = toProblem(error);
    return problemResponse(problem, problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {});
  });
  return http;
}
