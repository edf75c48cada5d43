/** Usage, budgets and logins from the command line. */
import { scriptedAgent } from '@pilotlight/testkit';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  mkdirSync(bench.data, { mode: 0o700 });
  const account = {
    id: 'account',
    name: 'Account',
    keys: ['SCRIPTED_KEY'],
    login: 'Run `account login`.',
    ...scriptedAgent('needs-login'),
  };
  const limited = { id: 'limited', name: 'Limited', ...scriptedAgent('usage-limit', '3 hours') };
  writeFileSync(join(bench.data, 'agents.json'), JSON.stringify({ agents: [account, limited] }));
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.run(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

async function chatOf(agent: string): Promise<string> {
  const chats = JSON.parse(await run('chat', '--json')) as { id: string; agent: string }[];
  return chats.find((chat) => chat.agent === agent)?.id ?? '';
}

it('a prompt that is held back ends with 5 and says what to type; a key from stdin lets it go on', async () => {
  const held = await bench.run(['prompt', '--agent', 'account', '--in-place', 'hello']);
  expect(held.code).toBe(5);
  expect(held.stderr).toMatch(
    /⏸ Account needs a login.*The prompt waits until then\.\n {2}pilotlight agents login account/,
  );
  const how = await run('agents', 'login', 'account');
  expect(how).toContain('Account: prompts of 1 chat wait for a login.');
  expect(how).toContain('• Log in with a browser: pilotlight agents login account --method browser');
  expect(how).toContain('pilotlight agents login account --key < file  (SCRIPTED_KEY)');
  expect(how).toMatch(/• Log in in a terminal: run {2}.*--login/);

  expect((await bench.run(['agents', 'login', 'account', '--key'])).code).toBe(2);
  const login = ['agents', 'login', 'account', '--key', '--json'];
  const set = await bench.run(login, { input: 'secret-key\n' });
  expect(set.code).toBe(0);
  expect(JSON.parse(set.stdout)).toMatchObject({ keysSet: ['SCRIPTED_KEY'], waitingChatIds: [] });
  expect(set.stdout + set.stderr).not.toContain('secret-key');
  const next = await bench.run(['prompt', '--chat', await chatOf('account'), 'again']);
  expect(next).toMatchObject({ code: 0 });
  expect(await run('chat', 'show', await chatOf('account'))).toContain('by key');
}, 60_000);

it('a parked chat says until when, and is told to go on at the reset', async () => {
  const parked = await bench.run(['prompt', '--agent', 'limited', '--in-place', 'hello']);
  expect(parked.code).toBe(5);
  expect(parked.stderr).toMatch(
    /⏸ Limited has reached a usage limit.* It resets .*\n.*chat go-on cht_\S+ \[--at-reset\]/,
  );
  const chat = await chatOf('limited');
  expect(await run('chat', 'go-on', chat, '--at-reset')).toContain('It goes on by itself then.');
  expect(await run('settings', 'go-on-after-limit', 'on')).toContain('on');
}, 60_000);

it('usage is a table, and a budget keeps the next turn from starting until it is taken back', async () => {
  await bench.run(['prompt', '--agent', 'demo', '--in-place', '/echo one']);
  const chat = await chatOf('demo');
  const lines = (await run('usage', '--by', 'chat', '--chat', chat)).trimEnd().split('\n');
  expect(lines[0]).toMatch(/^chat +turns +input +cached +output +reasoning +tokens +cost$/);
  expect(lines.at(-1)).toMatch(/^all +1 +\d/);
  expect(JSON.parse(await run('usage', '--project', '.', '--json'))).toMatchObject({
    by: 'day',
    // Those of the agents above, which say nothing of what they use.
    total: { turns: 3, silentTurns: 2 },
  });

  expect(await run('budget')).toBe('There is no budget.\n');
  expect((await bench.run(['budget', 'set', chat, '--tokens', 'many'])).code).toBe(2);
  expect(await run('budget', 'set', chat, '--tokens', '1')).toMatch(/\d+ of 1 tokens +used up/);
  const held = await bench.run(['prompt', '--chat', chat, '/echo two']);
  expect(held.code).toBe(5);
  expect(held.stderr).toMatch(/⏸ The budget of this chat is used up: \d+ of 1 tokens/);
  expect(await run('budget', 'remove', chat)).toBe(`✓ no budget for ${chat}\n`);
  await bench.run(['prompt', '--chat', chat, '/echo three']);
  expect(await run('chat', 'show', chat)).toMatch(/one[\s\S]*two[\s\S]*three/);
}, 60_000);
