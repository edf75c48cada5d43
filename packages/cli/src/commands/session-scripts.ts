import type { ScriptRun, SessionScripts } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitize, sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

/** Adds `session scripts`, `session setup`, `session run` and `session stop`. */
export function sessionScriptsCommands(session: Command): void {
  withCommonOptions(
    session
      .command('scripts')
      .argument('<id>')
      .option('--allow', 'let exactly these scripts run in this project, from now on')
      .option('--output <name>', 'print what a script wrote last instead')
      .description('What its .pilotlight.json names, whether it may run, and how it went'),
  ).action((id: string, options: CommonOptions & { allow?: boolean; output?: string }) =>
    options.output === undefined
      ? answerWith(
          options,
          async (client) => {
            const scripts = await client.scripts.describe(id);
            if (options.allow !== true || scripts.hash === null || scripts.allowed) return scripts;
            return client.scripts.allow(id, scripts.hash);
          },
          (scripts) => describe(scripts, id),
        )
      : answerWith(
          options,
          (client) => client.scripts.output(id, options.output ?? ''),
          ({ text }) => sanitize(text.trimEnd()),
        ),
  );
  withCommonOptions(
    session.command('setup').argument('<id>').description('Run the setup of its worktree, again'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(options, (client) => client.scripts.start(id, 'setup'), started),
  );
  withCommonOptions(
    session
      .command('run')
      .argument('<id>')
      .argument('<name>')
      .description('Start one of its run scripts, a development server for example'),
  ).action((id: string, name: string, options: CommonOptions) =>
    answerWith(options, (client) => client.scripts.start(id, name), started),
  );
  withCommonOptions(
    session
      .command('stop')
      .argument('<id>')
      .argument('<name>')
      .description('End one of its scripts and everything it started'),
  ).action((id: string, name: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.scripts.stop(id, name),
      () => '',
    ),
  );
}

function started(run: ScriptRun): string {
  return `"${run.name}" runs; \`pilotlight session scripts ${run.sessionId} --output ${run.name}\` prints what it wrote`;
}

function describe(scripts: SessionScripts, id: string): string {
  const { problem, hash, allowed, setup, teardown, run, ports, lacking, runs } = scripts;
  if (problem !== null) return sanitize(problem);
  const missing = lacking.map(({ path, why }) => `not in this worktree: ${sanitizeLine(path)}: ${why}`);
  if (hash === null) return ['no .pilotlight.json', ...missing].join('\n');
  const stateOf = (name: string): string => runs.find((each) => each.name === name)?.state ?? '';
  const named = [
    ...(setup === null ? [] : [{ name: 'setup', command: setup }]),
    ...run,
    ...(teardown === null ? [] : [{ name: 'teardown', command: teardown }]),
  ];
  // Whoever is to allow them reads all of them.
  const shown = (command: string): string =>
    allowed ? sanitizeLine(command, 100) : sanitize(command).replaceAll('\n', '\n    ');
  return [
    table(named.map(({ name, command }) => [name, stateOf(name), shown(command)])),
    table(ports.map(({ variable, port }) => [variable, String(port)])),
    ...missing,
    ...(allowed || named.length === 0
      ? []
      : [`not allowed to run: read them, then \`pilotlight session scripts ${id} --allow\``]),
  ]
    .filter((text) => text !== '')
    .join('\n');
}
