import { SetBudget } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { bodyOf, param, route } from '../route.ts';
import type { Http } from '../route.ts';

export function budgetRoutes(http: Http, { commands }: Pick<HttpDeps, 'commands'>): void {
  route(http, '/api/budgets', { GET: (c) => c.json({ budgets: commands.listBudgets() }) });
  route(http, '/api/budgets/:subject', {
    PUT: async (c) => c.json(commands.setBudget(param(c, 'subject'), await bodyOf(c, SetBudget))),
    DELETE: (c) => {
      commands.removeBudget(param(c, 'subject'));
      return c.body(null, 204);
    },
  });
}
