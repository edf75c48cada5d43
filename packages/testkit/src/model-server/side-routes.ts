import type { JsonObject } from './loose-json.ts';

const MODEL = {
  id: 'fake-model',
  object: 'model',
  type: 'model',
  created: 1,
  created_at: '2026-01-01T00:00:00Z',
  display_name: 'Fake Model',
  owned_by: 'testkit',
};

/** The body for a request that is not for an answer: probes, model lists, token counts. Undefined for an unknown route. */
export function answerSideRoute(method: string, path: string): JsonObject | undefined {
  if (method === 'HEAD' || (method === 'GET' && path === '/')) return {};
  if (method === 'GET' && path.endsWith('/models')) {
    const models = [{ name: `models/${MODEL.id}`, displayName: MODEL.display_name }];
    return { object: 'list', has_more: false, data: [MODEL], models };
  }
  if (method === 'POST' && path.endsWith('/messages/count_tokens')) return { input_tokens: 100 };
  if (method === 'POST' && path.endsWith(':countTokens')) return { totalTokens: 100 };
  return undefined;
}
