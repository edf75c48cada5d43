/** MCP servers, from the command line. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

async function run(args: string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await bench.run(args, { input });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

it('adds, lists, disables and removes them, and keeps a secret to itself', { timeout: 60_000 }, async () => {
  expect(await run(['mcp'])).toBe('');
  const add = [
    'mcp',
    'add',
    'files',
    '--env',
    'API_KEY=${secret:FILES}',
    '--',
    'files-server',
    '--root',
    '.',
  ];
  expect(await run(add)).toMatch(
    /^✓ +files +every project +stdio +files-server --root \. +secret:FILES is not set\nagent sessions that are opened from now on/,
  );
  await run(['mcp', 'secret', 'FILES'], 'not-to-be-seen\n');
  expect(await run(['mcp', 'list'])).toBe(
    '✓  files  every project  stdio  files-server --root .\nsecrets: FILES\n',
  );
  const file = join(bench.data, 'mcp-secrets.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ FILES: 'not-to-be-seen' });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await run(['mcp', 'add', 'far', '--here', '--http', 'https://far.example/mcp', '--header', 'X-Team=shop']);
  const { servers } = JSON.parse(await run(['mcp', '--here', '--json']));
  expect(servers).toMatchObject([
    {
      name: 'far',
      projectId: expect.stringMatching(/^prj_/),
      transport: { type: 'http', url: 'https://far.example/mcp', headers: { 'X-Team': 'shop' } },
    },
    { name: 'files', projectId: null, transport: { type: 'stdio', args: ['--root', '.'] } },
  ]);
  await run(['mcp', 'disable', 'files']);
  expect(await run(['mcp', 'list'])).toContain('disabled');
  await run(['mcp', 'remove', 'far', '--project', '.']);
  expect((await bench.run(['mcp', 'remove', 'far'])).stderr).toContain('there is no MCP server "far"');
  const refused = await bench.run([
    'mcp',
    'add',
    'x',
    '--http',
    'https://x',
    '--header',
    'Authorization=Bearer abc',
  ]);
  expect(refused.stderr).toContain('looks like a secret');
  expect((await bench.run(['mcp', 'add', 'x'])).stderr).toContain('say what starts it');
});
