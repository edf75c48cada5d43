import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@pilotlight/client';
import type { ErrorInfo } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { createCli, withCommonOptions } from '../cli.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { findServer } from '../server/find-server.ts';
import { DEFAULT_PORT } from '../settings.ts';
import type { CommonOptions } from '../settings.ts';
import { doctorChaos } from './doctor-chaos.ts';
import { megabytes } from '../terminal/table.ts';

interface Finding {
  what: string;
  state: 'ok' | 'warn' | 'fail';
  /** what was found, and what to do about it */
  text: string;
}

interface DoctorOptions extends CommonOptions {
  chaos?: boolean;
  minutes: string;
}

export function doctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description('Look whether everything is in order')
    .option(
      '--chaos',
      'kill servers and agents on a throw-away data folder, and see whether anything is lost',
    )
    .option('--minutes <n>', 'how long --chaos goes on', '2');
  withCommonOptions(command).action(async (options: DoctorOptions) => {
    const cli = createCli(options);
    if (options.chaos === true) {
      process.exitCode = await doctorChaos(cli, options.minutes);
      return;
    }
    const findings = await examine(cli);
    if (cli.json) cli.screen.line(JSON.stringify(findings));
    else for (const finding of findings) cli.screen.line(shown(finding, cli));
    if (findings.some((finding) => finding.state === 'fail')) process.exitCode = EXIT.refused;
  });
}

function shown({ what, state, text }: Finding, { screen: { style } }: Cli): string {
  const mark = { ok: style.green('✓'), warn: style.amber('•'), fail: style.red('✗') }[state];
  return `${mark} ${state.padEnd(4)} ${what.padEnd(11)} ${text}`;
}

async function examine(cli: Cli): Promise<Finding[]> {
  const { found: server, finding } = await lookForServer(cli);
  return [
    lookAtNode(),
    await lookAtGit(),
    await lookAtFolder(cli.settings.dataFolder),
    await lookAtToken(cli),
    finding,
    ...(server === null ? await lookWithoutServer(cli) : await lookInside(server)),
  ];
}

function lookAtNode(): Finding {
  const good = Number(process.versions.node.split('.')[0]) >= 24;
  const text = good ? process.version : `${process.version}; run npm install, which brings Node 24`;
  return { what: 'node', state: good ? 'ok' : 'fail', text };
}

async function lookAtGit(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version']);
    return { what: 'git', state: 'ok', text: stdout.trim() };
  } catch {
    return { what: 'git', state: 'fail', text: 'not found; install git, worktrees need it' };
  }
}

async function lookAtFolder(folder: string): Promise<Finding> {
  const what = 'data folder';
  const found = await stat(folder).catch(() => null);
  if (found === null) return { what, state: 'ok', text: `${folder} (made at the first start)` };
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return {
      what,
      state: 'fail',
      text: `${folder} cannot be written; choose another one with PILOTLIGHT_DATA`,
    };
  }
  if ((found.mode & 0o077) !== 0) {
    return { what, state: 'warn', text: `${folder} can be read by others; chmod 700 ${folder}` };
  }
  return { what, state: 'ok', text: folder };
}

async function lookAtToken({ settings }: Cli): Promise<Finding> {
  const file = join(settings.dataFolder, 'token');
  if (settings.token !== null) return { what: 'token', state: 'ok', text: 'from PILOTLIGHT_TOKEN' };
  const found = await stat(file).catch(() => null);
  if (found === null) return { what: 'token', state: 'ok', text: 'none yet (made at the first start)' };
  if ((found.mode & 0o077) !== 0)
    return { what: 'token', state: 'fail', text: `${file} can be read by others; chmod 600 ${file}` };
  return { what: 'token', state: 'ok', text: file };
}

async function lookForServer({ settings }: Cli): Promise<{ found: Client | null; finding: Finding }> {
  try {
    const found = await findServer(settings);
    const text = found === null ? 'none runs; pilotlight serve starts one' : found.url;
    return { found, finding: { what: 'server', state: found === null ? 'warn' : 'ok', text } };
  } catch (error) {
    return { found: null, finding: { what: 'server', state: 'fail', text: (error as Error).message } };
  }
}

async function lookWithoutServer(cli: Cli): Promise<Finding[]> {
  const { examineDataFolder } = await import('@pilotlight/server/examine-data-folder');
  const { store, agents } = examineDataFolder(cli.settings.dataFolder);
  return [storeFinding(store), ...agentsFile(agents.error), await lookAtPort(cli)];
}

async function lookInside(client: Client): Promise<Finding[]> {
  const { store, backends, circuits, agents } = await client.health();
  return [
    storeFinding(store),
    ...backends.map(({ kind, state }): Finding => ({
      what: 'backend',
      state: state === 'up' ? 'ok' : 'warn',
      text: `${kind} is ${state}`,
    })),
    ...circuits
      .filter((circuit) => circuit.state !== 'closed')
      .map((circuit): Finding => ({
        what: 'agent',
        state: 'warn',
        text: `${circuit.agent} failed: ${circuit.lastError?.message ?? ''}`,
      })),
    await lookAtAgents(client),
    ...agentsFile(agents.error),
  ];
}

async function lookAtAgents(client: Client): Promise<Finding> {
  const agents = await client.listAgents();
  const found = agents.filter((agent) => agent.state === 'found');
  const missing = agents.filter((agent) => agent.state === 'missing').map((agent) => agent.id);
  const others = missing.length === 0 ? '' : `; not found: ${missing.join(', ')} (pilotlight agents list)`;
  // The demo agent alone does no work.
  const state = found.some((agent) => agent.installable || !agent.builtIn) ? 'ok' : 'warn';
  return { what: 'agents', state, text: found.map((agent) => agent.id).join(', ') + others };
}

function storeFinding({ error, bytes }: { error: ErrorInfo | null; bytes: number | null }): Finding {
  const text = error?.message ?? (bytes === null ? 'none yet (made at the first start)' : megabytes(bytes));
  return { what: 'store', state: error === null ? 'ok' : 'fail', text };
}

/** Said only when something is wrong with it. */
function agentsFile(error: ErrorInfo | null): Finding[] {
  return error === null ? [] : [{ what: 'agents.json', state: 'fail', text: error.message }];
}

async function lookAtPort({ settings }: Cli): Promise<Finding> {
  const port = settings.port ?? DEFAULT_PORT;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  if (await promise) return { what: 'port', state: 'ok', text: `${port} is free` };
  return {
    what: 'port',
    state: 'warn',
    text: `${port} is taken by another program; set PILOTLIGHT_PORT to another one`,
  };
}
