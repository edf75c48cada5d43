import { mkdir, mkdtemp, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installAgent } from './install-agent.ts';
import { installedAgent } from './installed-agent.ts';
import { findNpmCli } from './npm.ts';

let dataFolder: string;
beforeEach(async () => {
  dataFolder = await realpath(await mkdtemp(join(tmpdir(), 'pilotlight install ü ')));
});
afterEach(() => rm(dataFolder, { recursive: true, force: true }));

const NETWORK_MS = 120_000;
const listAgent = (): Promise<string[]> =>
  readdir(join(dataFolder, 'agents', 'demo')).then((names) => names.sort());

test(
  'installs an exact version, leaves nothing half, and does not fetch it twice',
  { timeout: NETWORK_MS },
  async () => {
    const lines: string[] = [];
    const options = { dataFolder, agentId: 'demo', spec: { package: 'semver', version: '7.6.3' } };
    const installed = await installAgent({ ...options, onLine: (line) => lines.push(line) });
    const folder = join(dataFolder, 'agents', 'demo', '7.6.3');
    expect(installed).toMatchObject({ package: 'semver', version: '7.6.3', folder });
    expect(installed.bin).toBe(join(folder, 'node_modules', 'semver', 'bin', 'semver.js'));
    expect(lines.length).toBeGreaterThan(0);
    expect(await listAgent()).toEqual(['7.6.3', 'installed.json']);
    expect(await installedAgent(dataFolder, 'demo')).toEqual(installed);

    const again: string[] = [];
    await installAgent({ ...options, onLine: (line) => again.push(line) });
    expect(again).toEqual([]);

    await rm(folder, { recursive: true });
    expect(await installedAgent(dataFolder, 'demo')).toBeNull();
  },
);

test(
  'resolves latest to an exact version; a package without program has none',
  { timeout: NETWORK_MS },
  async () => {
    const spec = { package: 'is-number', version: 'latest' };
    const installed = await installAgent({ dataFolder, agentId: 'demo', spec });
    expect(installed.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(installed.bin).toBeNull();
  },
);

test(
  'fails with the last lines of npm and keeps the version that was installed',
  { timeout: NETWORK_MS },
  async () => {
    const good = await installAgent({
      dataFolder,
      agentId: 'demo',
      spec: { package: 'is-number', version: '7.0.0' },
    });
    const missing = installAgent({
      dataFolder,
      agentId: 'demo',
      spec: { package: 'is-number', version: '999.0.0' },
    });
    await expect(missing).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('ETARGET'),
    });
    const programless = { package: 'is-odd', version: '3.0.1', bin: 'nothing' };
    await expect(installAgent({ dataFolder, agentId: 'demo', spec: programless })).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringContaining('no program named "nothing"'),
    });
    expect(await listAgent()).toEqual(['7.0.0', 'installed.json']);
    expect(await installedAgent(dataFolder, 'demo')).toEqual(good);
  },
);

test('a cancelled install leaves nothing behind', { timeout: NETWORK_MS }, async () => {
  const controller = new AbortController();
  const options = { dataFolder, agentId: 'demo', spec: { package: 'is-number', version: '7.0.0' } };
  const cancelled = installAgent({ ...options, signal: controller.signal, onLine: () => controller.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(await listAgent()).toEqual([]);
});

test(
  'clears away an install that was cut short long ago, not one under way',
  { timeout: NETWORK_MS },
  async () => {
    const agent = join(dataFolder, 'agents', 'demo');
    await mkdir(join(agent, '.installing-old'), { recursive: true });
    await utimes(join(agent, '.installing-old'), 1, 1);
    await mkdir(join(agent, '.installing-new'));
    await installAgent({ dataFolder, agentId: 'demo', spec: { package: 'is-number', version: '7.0.0' } });
    expect(await listAgent()).toEqual(['.installing-new', '7.0.0', 'installed.json']);
  },
);

test.each([
  { package: '../evil', version: '1.0.0' },
  { package: '--global', version: '1.0.0' },
  { package: 'git+https://example.invalid/a.git', version: '1.0.0' },
  { package: 'is-number', version: '^7.0.0' },
  { package: 'is-number', version: '../../x' },
])('refuses $package@$version', async (spec) => {
  await expect(installAgent({ dataFolder, agentId: 'demo', spec })).rejects.toMatchObject({
    code: 'invalid_request',
  });
});

test('refuses an agent id that is a path', async () => {
  const spec = { package: 'is-number', version: '7.0.0' };
  await expect(installAgent({ dataFolder, agentId: '../x', spec })).rejects.toMatchObject({
    code: 'agent_unknown',
  });
});

test('a damaged record counts as not installed', async () => {
  await mkdir(join(dataFolder, 'agents', 'demo'), { recursive: true });
  await writeFile(join(dataFolder, 'agents', 'demo', 'installed.json'), '{"package":');
  expect(await installedAgent(dataFolder, 'demo')).toBeNull();
});

test('finds the script of npm, and says so when there is none', async () => {
  expect(await findNpmCli(process.env)).toMatch(/npm-cli\.js$/);
  const cli = join(dataFolder, 'npm-cli.js');
  await writeFile(cli, '');
  expect(await findNpmCli({ npm_execpath: cli, PATH: '' })).toBe(cli);
  expect(await findNpmCli({ npm_execpath: '/usr/bin/other', PATH: process.env.PATH })).toMatch(
    /npm-cli\.js$/,
  );
});
