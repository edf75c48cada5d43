import { expect, test } from 'vitest';
import { loginRefusalOf, loginRefusedIn } from './login-refusal.ts';

const COPILOT =
  'Error: Authentication failed with provider at http://127.0.0.1:1/v1 (HTTP 401).\n  Check your COPILOT_PROVIDER_API_KEY.';
const RETRY = 'Info: Request failed due to a transient API error. Retrying...';

test.each([
  'Internal error: No valid API key was provided.',
  "You didn't provide an API key. You need to provide your API key in an Authorization header",
  'Incorrect API key provided: sk-1.',
  'invalid x-api-key',
  'API key not valid. Please pass a valid API key.',
  'unexpected status 401 Unauthorized',
])('an error about who asks: %s', (words) => {
  expect(loginRefusedIn(words)).toBe(true);
});

test('other errors are not about who asks', () => {
  expect(loginRefusedIn('whatever it says', 401)).toBe(true);
  expect(loginRefusedIn('whatever it says', 403)).toBe(false);
  expect(loginRefusedIn('API Error: 400 fake error 400', 400)).toBe(false);
  expect(loginRefusedIn('the file src/api-key.ts was not found')).toBe(false);
});

test('an answer that is nothing but a refusal, with its reason', () => {
  const reason =
    'Authentication failed with provider at http://127.0.0.1:1/v1 (HTTP 401). Check your COPILOT_PROVIDER_API_KEY.';
  expect(loginRefusalOf(COPILOT)).toBe(reason);
  expect(loginRefusalOf(RETRY + RETRY + COPILOT)).toBe(reason);
});

test('an answer that speaks of a refusal is none', () => {
  expect(loginRefusalOf(`The log says: ${COPILOT}`)).toBeNull();
  expect(loginRefusalOf('Invalid API key is what the server answers.')).toBeNull();
  expect(loginRefusalOf(COPILOT + 'x'.repeat(600))).toBeNull();
  expect(loginRefusalOf('')).toBeNull();
});
