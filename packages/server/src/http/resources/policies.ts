import { AddPolicyRule, DryRunPolicy, UpdatePolicy, type PolicyScope } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** The same for projects and for sessions. */
export function policyRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  for (const scope of ['project', 'session'] satisfies PolicyScope[]) {
    const path = `/api/${scope}s/:id/policy`;
    route(http, path, {
      GET: (c) => c.json(commands.getPolicy(scope, param(c, 'id'))),
      PUT: async (c) => c.json(commands.updatePolicy(scope, param(c, 'id'), await bodyOf(c, UpdatePolicy))),
    });
    route(http, `${path}/rules`, {
      POST: async (c) =>
        c.json(commands.addPolicyRule(scope, param(c, 'id'), await bodyOf(c, AddPolicyRule)), 201),
    });
    route(http, `${path}/rules/:ruleId`, {
      DELETE: (c) => c.json(commands.removePolicyRule(scope, param(c, 'id'), param(c, 'ruleId'))),
    });
    route(http, `${path}/dry-run`, {
      POST: async (c) => c.json(commands.dryRunPolicy(scope, param(c, 'id'), await bodyOf(c, DryRunPolicy))),
    });
  }
}
