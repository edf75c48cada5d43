import { PilotlightError, toErrorInfo } from '@pilotlight/protocol';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentKeys } from './agent-keys.ts';
import { createAgentTable } from './agent-table.ts';
import { builtInAgents } from './built-in-agents.ts';

let dataFolder: string;

beforeEach(() => {
  dataFolder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-agents-')));
});

afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

function table(env: NodeJS.ProcessEnv = { PATH: join(dataFolder, 'bin') }) {
  return createAgentTable({ dataFolder, env, keys: new AgentKeys(dataFolder), builtIn: builtInAgents });
}

function writeAgents(content: unknown): void {
  writeFileSync(
    join(dataFolder, 'agents.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

function install(id: string, packageName: string, version: string, file: string, bin: string | null): string {
  const folder = join(dataFolder, 'agents', id, version);
  const path = program(join(folder, file));
  writeFileSync(
    join(dataFolder, 'agents', id, 'installed.json'),
    JSON.stringify({ package: packageName, version, bin, installedAt: 1 }),
  );
  return path;
}

function thrown(action: () => unknown): PilotlightError {
  try {
    action();
  } catch (error) {
    if (error instanceof PilotlightError) return error;
  }
  throw new Error('nothing was thrown');
}

test('the built-in agents are there, and the demo agent runs by our own Node', async () => {
  const agents = table();
  expect(agents.list().map(({ id }) => id)).toEqual([
    'demo',
    'opencode',
    'claude',
    'codex',
    'gemini',
    'qwen',
    'kilo',
    'copilot',
    'cline',
    'pi',
  ]);
  const demo = await agents.resolve('demo');
  expect(demo.command).toBe(process.execPath);
  expect(demo.args[0]).toMatch(/demo-agent\/src\/main\.ts$/);
  expect(demo.processEnv['PILOTLIGHT_DEMO_STATE']).toBe(`${dataFolder}/agents/demo/state`);
});

test('a program on PATH is found, and what is not there says how to get it', async () => {
  const agents = table();
  const missing = await agents.resolve('opencode').catch(toErrorInfo);
  expect(missing).toMatchObject({
    code: 'agent_not_installed',
    message: expect.stringContaining('agents install opencode'),
  });
  expect(await agents.describe('opencode')).toMatchObject({
    state: 'missing',
    command: null,
    installable: true,
    builtIn: true,
  });
  const path = program(join(dataFolder, 'bin', 'opencode'));
  expect(await agents.resolve('opencode')).toMatchObject({
    command: path,
    args: ['serve'],
    coldArgs: ['acp'],
  });
  expect(await agents.describe('opencode')).toMatchObject({ state: 'found', command: path, version: null });
});

test('an installed version comes before PATH; a script is run by our own Node', async () => {
  program(join(dataFolder, 'bin', 'opencode'));
  const binary = install(
    'opencode',
    'opencode-ai',
    '1.18.33',
    `node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`,
    null,
  );
  const script = install(
    'claude',
    '@agentclientprotocol/claude-agent-acp',
    '0.101.0',
    'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js',
    null,
  );
  const agents = table();
  expect((await agents.resolve('opencode')).command).toBe(binary);
  expect(await agents.describe('opencode')).toMatchObject({ command: binary, version: '1.18.33' });
  expect(await agents.resolve('claude')).toMatchObject({ command: process.execPath, args: [script] });
});

test('agents get a stated part of the environment, never our secrets, and their own variables win', async () => {
  const agents = table({
    PATH: '/bin',
    HOME: '/home/u',
    LC_ALL: 'C.UTF-8',
    https_proxy: 'http://proxy:1',
    AWS_SECRET_ACCESS_KEY: 's',
    ANTHROPIC_API_KEY: 'a',
    PILOTLIGHT_TOKEN: 't',
    OPENCODE_SERVER_PASSWORD: 'p',
    PILOTLIGHT_DEMO_STATE: 'x',
    PILOTLIGHT_AGENT_ENV: 'FOR_ALL, PILOTLIGHT_TOKEN',
    FOR_ALL: '1',
  });
  const { processEnv } = await agents.resolve('demo');
  expect(processEnv).toEqual({
    PATH: '/bin',
    HOME: '/home/u',
    LC_ALL: 'C.UTF-8',
    https_proxy: 'http://proxy:1',
    FOR_ALL: '1',
    PILOTLIGHT_DEMO_STATE: `${dataFolder}/agents/demo/state`,
  });
});

test('an agent gets the keys it knows and the variables its entry lists; a key that was set for it goes first', async () => {
  program(join(dataFolder, 'bin', 'claude-agent-acp'));
  const keys = new AgentKeys(dataFolder);
  const PATH = join(dataFolder, 'bin');
  const env = { PATH, ANTHROPIC_API_KEY: 'inherited', OPENAI_API_KEY: 'of another', MINE: '1' };
  const agents = createAgentTable({ dataFolder, env, keys, builtIn: builtInAgents });
  writeAgents({ agents: [{ id: 'claude', passEnv: ['MINE'] }] });
  const inherited = await agents.resolve('claude');
  expect(inherited.processEnv).toEqual({ PATH, ANTHROPIC_API_KEY: 'inherited', MINE: '1' });
  keys.setKey('claude', 'ANTHROPIC_API_KEY', 'secret');
  expect((await agents.resolve('claude')).processEnv['ANTHROPIC_API_KEY']).toBe('secret');
  const file = join(dataFolder, 'keys', 'claude.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataFolder, 'keys')).mode & 0o777).toBe(0o700);
  // Another server reads them again; without the file there are none.
  expect(new AgentKeys(dataFolder).of('claude').keys).toEqual({ ANTHROPIC_API_KEY: 'secret' });
  keys.remove('claude');
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, '{"keys":{"ANTHROPIC_API_KEY":"half of a secr');
  expect(() => new AgentKeys(dataFolder).of('claude')).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.not.stringContaining('secr') }),
  );
});

test('the file adds agents and overrides fields, and is read again when it changed', async () => {
  const agents = table();
  const mine = program(join(dataFolder, 'tools', 'mine'));
  writeAgents({
    agents: [
      {
        id: 'mine',
        command: '${dataFolder}/tools/mine',
        args: ['--at', '${dataFolder}'],
        env: { A: '${node}' },
      },
      { id: 'claude', deadlines: { cancel: 40_000 }, env: { B: '1' } },
    ],
  });
  expect(await agents.resolve('mine')).toMatchObject({
    command: mine,
    args: ['--at', dataFolder],
    name: 'mine',
  });
  expect((await agents.resolve('mine')).processEnv['A']).toBe(process.execPath);
  expect(agents.get('claude')).toMatchObject({
    askMode: 'default',
    env: { B: '1' },
    deadlines: { cancel: 40_000, close: 5000 },
  });
  expect(await agents.describe('mine')).toMatchObject({ builtIn: false, installable: false, state: 'found' });
  writeAgents({ agents: [] });
  expect(thrown(() => agents.get('mine'))).toMatchObject({
    code: 'agent_unknown',
    message: expect.stringContaining('demo'),
  });
});

test('a command of the user wins over an installed version', async () => {
  install(
    'opencode',
    'opencode-ai',
    '1.18.33',
    `node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`,
    null,
  );
  const mine = program(join(dataFolder, 'tools', 'opencode'));
  writeAgents({ agents: [{ id: 'opencode', command: mine }] });
  const agents = table();
  expect((await agents.resolve('opencode')).command).toBe(mine);
  expect((await agents.describe('opencode')).version).toBeNull();
});

test('${installed} stands for the installed program', async () => {
  writeAgents({ agents: [{ id: 'mine', command: '${node}', args: ['${installed}', '--acp'] }] });
  const agents = table();
  expect(await agents.resolve('mine').catch(toErrorInfo)).toMatchObject({ code: 'agent_not_installed' });
  const path = install('mine', 'mine', '1.0.0', 'node_modules/mine/main.js', 'node_modules/mine/main.js');
  expect((await agents.resolve('mine')).args).toEqual([path, '--acp']);
});

test.each([
  ['no JSON', '{', 'is not JSON'],
  ['no list', { agent: [] }, 'agents'],
  ['a bad id', { agents: [{ id: 'A b' }] }, 'agents.0.id'],
  [
    'an unknown field',
    { agents: [{ id: 'mine', command: 'x', arguments: [] }] },
    'agents "mine", field arguments',
  ],
  [
    'a wrong type',
    { agents: [{ id: 'claude', deadlines: { cancel: 'long' } }] },
    'agents "claude", field deadlines.cancel',
  ],
  ['no command', { agents: [{ id: 'mine' }] }, 'agents "mine", field command'],
])('%s in the file is named', (_case, content, said) => {
  writeAgents(content);
  const { problem } = table();
  expect(problem?.code).toBe('config_invalid');
  expect(problem?.message).toContain(join(dataFolder, 'agents.json'));
  expect(problem?.message).toContain(said);
});

test('while the file is wrong the built-in agents go on; who asks for one of its own hears why', async () => {
  const mine = { id: 'mine', command: '${node}' };
  writeAgents({ agents: [mine, { id: 'claude', env: { B: '1' } }] });
  const agents = table();
  expect(agents.problem).toBeNull();
  expect(agents.get('claude').env).toEqual({ B: '1' });
  writeAgents({ agents: [mine, { id: 'claude', env: { B: 1 } }] });
  expect(agents.list()).toEqual(builtInAgents);
  expect(agents.get('claude').env).toEqual({});
  expect(await agents.resolve('demo')).toMatchObject({ command: process.execPath });
  expect(thrown(() => agents.get('mine'))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/"mine" is not built in.*agents\.json: agents "claude", field env\.B/),
    details: { file: join(dataFolder, 'agents.json'), field: 'env.B' },
  });
  writeAgents({ agents: [mine] });
  expect(agents.problem).toBeNull();
  expect(agents.get('mine').id).toBe('mine');
});

test('a file that was unreadable is read as soon as it can be', () => {
  const file = join(dataFolder, 'agents.json');
  mkdirSync(file);
  const agents = table();
  expect(agents.problem?.message).toContain('cannot be read');
  rmSync(file, { recursive: true });
  expect(agents.problem).toBeNull();
});
