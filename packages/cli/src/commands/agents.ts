import type { Command } from 'commander';
import { answerWith, createCli, listCommand, withCommonOptions } from '../cli.ts';
import { requireServer } from '../server/find-server.ts';
import { agentsProblem } from '../terminal/agents-problem.ts';
import type { CommonOptions } from '../settings.ts';
import { agentLoginCommand } from './agent-login.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { table } from '../terminal/table.ts';

export function agentsCommand(program: Command): void {
  const agents = program.command('agents').description('Coding agents');
  listCommand(agents, 'Which agents are here').action((options: CommonOptions) =>
    answerWith(
      options,
      async (client, { screen, json }) => {
        const [found, { agents }] = [await client.listAgents(), await client.health()];
        if (agents.error !== null && !json) screen.note(agentsProblem(agents.error, screen));
        return found;
      },
      (found, { screen }) =>
        table(
          found.map((agent) => [
            agent.state === 'found' ? screen.style.green('✓') : screen.style.dim('•'),
            agent.id,
            agent.version ?? '',
            sanitizeLine(
              agent.state === 'found' ? (agent.command ?? 'built in') : (agent.hint ?? 'not found'),
            ),
          ]),
        ),
    ),
  );
  agentLoginCommand(agents);
  withCommonOptions(
    agents
      .command('install')
      .argument('<name>')
      .option('--version <version>')
      .description('Install an agent for this server'),
  ).action(async (name: string, options: CommonOptions & { version?: string }) => {
    const cli = createCli(options);
    const client = await requireServer(cli.settings);
    const abort = new AbortController();
    process.once('SIGINT', () => abort.abort());
    const onLine = (line: string): void => {
      // What npm fetches shows that something happens, and is of no interest afterwards.
      if (line.startsWith('npm http ')) cli.screen.transient(sanitizeLine(line, 72));
      else if (line.trim() !== '') cli.screen.note(cli.screen.style.dim(sanitizeLine(line, 1000)));
    };
    const agent = await client.installAgent(name, { version: options.version, onLine, signal: abort.signal });
    cli.screen.line(cli.json ? JSON.stringify(agent) : `✓ ${agent.id} ${agent.version ?? ''}`.trimEnd());
  });
}
