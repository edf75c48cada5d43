import { expect, test } from 'vitest';
import { loginMethods } from './login-methods.ts';

const agent = {
  name: 'Mine',
  command: '/opt/my agent',
  args: ['--acp'],
  keys: ['MY_KEY'],
  login: 'Log in.',
  loginCommand: 'mine login',
};
const bare = { ...agent, keys: [], loginCommand: '' };

// What agents of the recorded traffic tell of, in each form.
test.each([
  [
    { id: 'api-key', name: 'API Key', _meta: { 'api-key': { provider: 'openai' } } },
    { kind: 'key', variables: [], authenticates: true },
  ],
  [
    { type: 'env_var', id: 'k', name: 'Use K', vars: [{ name: 'CODEX_API_KEY' }] },
    { kind: 'key', variables: ['CODEX_API_KEY'], authenticates: false },
  ],
  [
    {
      id: 'openai',
      name: 'Use OpenAI API key',
      description: 'Requires setting the `OPENAI_API_KEY` environment variable',
      _meta: { type: 'terminal', args: ['--auth-type=openai'] },
    },
    { kind: 'key', variables: ['OPENAI_API_KEY'], authenticates: true },
  ],
  [
    { id: 'l', name: 'L', _meta: { 'terminal-auth': { command: '/bin/copilot', args: ['login', 'a b'] } } },
    { kind: 'terminal', command: "/bin/copilot login 'a b'" },
  ],
  [
    { type: 'terminal', id: 't', name: 'T', args: ['--terminal-login'] },
    { kind: 'terminal', command: "'/opt/my agent' --acp --terminal-login" },
  ],
  [
    { id: 'o', name: 'O', description: 'Run `opencode auth login` in the terminal' },
    { kind: 'terminal', command: 'opencode auth login' },
  ],
  [{ id: 'u', name: 'U', description: 'Open https://example.org/login.' }, { kind: 'url' }],
  [
    { id: 'oauth', name: 'Log in with Google' },
    { kind: 'agent', authenticates: true },
  ],
])('%j', (raw, expected) => {
  expect(loginMethods(bare, [raw])).toMatchObject([expected]);
});

test('the entry adds what the agent does not tell of, and nonsense is left out', () => {
  expect(loginMethods(agent, [null, 'x', { name: 'no id' }])).toMatchObject([
    { kind: 'terminal', command: 'mine login', description: 'Log in.' },
    { kind: 'key', variables: ['MY_KEY'], authenticates: false },
  ]);
  const own = loginMethods(agent, [{ type: 'terminal', id: 't', name: 'T' }]);
  expect(own.map(({ kind }) => kind)).toEqual(['terminal', 'key']);
});
