import { PilotlightError } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { agentError } from './agent-error.ts';
import { HttpAnswerError } from './http.ts';

test('every failure of a request becomes an error with a code', async () => {
  const own = new PilotlightError('model_unknown', 'no');
  expect(agentError('opencode', own)).toBe(own);
  expect(agentError('opencode', new HttpAnswerError(500, 'boom'))).toMatchObject({
    code: 'agent_failed',
    details: { status: 500 },
    message: 'opencode refused a request: boom',
  });
  const late = Object.assign(new Error('aborted'), { name: 'AbortError' });
  expect(agentError('opencode', late).code).toBe('agent_timeout');
  expect(agentError('opencode', 'gone')).toMatchObject({
    code: 'agent_failed',
    message: expect.stringContaining('gone'),
  });
});
