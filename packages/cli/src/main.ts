import { PilotlightError } from '@pilotlight/protocol';
import { Command, CommanderError } from 'commander';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { sanitizeLine } from './terminal/sanitize.ts';
import { styleFor } from './terminal/style.ts';
import manifest from '../package.json' with { type: 'json' };

type AddCommand = (program: Command) => void;

/** In the order of the help. Only the one that is called is loaded, where one is. */
const COMMANDS: Record<string, () => Promise<AddCommand>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  prompt: async () => (await import('./commands/prompt.ts')).promptCommand,
  task: async () => (await import('./commands/task.ts')).taskCommand,
  schedule: async () => (await import('./commands/schedule.ts')).scheduleCommand,
  trigger: async () => (await import('./commands/trigger.ts')).triggerCommand,
  chat: async () => (await import('./commands/chat.ts')).chatCommand,
  session: async () => (await import('./commands/session.ts')).sessionCommand,
  project: async () => (await import('./commands/project.ts')).projectCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  review: async () => (await import('./commands/review.ts')).reviewCommand,
  commit: async () => (await import('./commands/review-actions.ts')).commitCommand,
  rebase: async () => (await import('./commands/review-actions.ts')).rebaseCommand,
  merge: async () => (await import('./commands/review-actions.ts')).mergeCommand,
  push: async () => (await import('./commands/review-actions.ts')).pushCommand,
  pr: async () => (await import('./commands/review-actions.ts')).prCommand,
  undo: async () => (await import('./commands/review-actions.ts')).undoCommand,
  agents: async () => (await import('./commands/agents.ts')).agentsCommand,
  mcp: async () => (await import('./commands/mcp.ts')).mcpCommand,
  restore: async () => (await import('./commands/checkpoints.ts')).restoreCommand,
  turn: async () => (await import('./commands/checkpoints.ts')).turnCommand,
  permissions: async () => (await import('./commands/permissions.ts')).permissionsCommand,
  cancel: async () => (await import('./commands/cancel.ts')).cancelCommand,
  ps: async () => (await import('./commands/ps.ts')).psCommand,
  keep: async () => (await import('./commands/keep-and-release.ts')).keepCommand,
  release: async () => (await import('./commands/keep-and-release.ts')).releaseCommand,
  usage: async () => (await import('./commands/usage.ts')).usageCommand,
  budget: async () => (await import('./commands/budget.ts')).budgetCommand,
  settings: async () => (await import('./commands/settings.ts')).settingsCommand,
  open: async () => (await import('./commands/open.ts')).openCommand,
  stop: async () => (await import('./commands/stop.ts')).stopCommand,
  upgrade: async () => (await import('./commands/upgrade.ts')).upgradeCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

/** The command line as commander sees it. With `json` it writes no error of its own: `report` does. */
async function createProgram(called: string, json: boolean): Promise<Command> {
  const program = new Command('pilotlight')
    .description('A home for persistent coding-agent sessions')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => json || process.stderr.write(text),
      outputError: (text, write) => write(`✗ ${usageError(text)}`),
    });
  const names = Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS);
  const adding = await Promise.all(names.map((name) => COMMANDS[name]?.()));
  for (const add of adding) add?.(program);
  sayHelp(program, program.name());
  return program;
}

/** After a mistake each command names its own help. */
function sayHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows how)`);
  for (const each of command.commands) sayHelp(each, `${path} ${each.name()}`);
}

/** What commander says of a mistake, in our words. */
function usageError(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(
      /^(?:option|command-argument) (?:'(.*?)' argument|value) '(.*)' is invalid(?: for argument '(.*)')?\. Allowed choices are (.*)\./s,
      (_, option?: string, said?: string, argument?: string, choices?: string) =>
        `${option?.replace(/ .*/, '') ?? argument} is "${said}"; expected ${choices}`,
    );
}

/** What the server says to a browser without a token is of no use here. */
const TOKEN_REFUSED =
  'the server refuses the token; set PILOTLIGHT_TOKEN to what the file `token` in its data folder says, or unset it to use the one of --data';

function report(error: unknown, json: boolean): void {
  const known = error instanceof PilotlightError;
  if (json) {
    const code = known ? error.code : 'internal';
    const details = known && error.details !== undefined ? { details: error.details } : {};
    console.error(JSON.stringify({ code, message: (error as Error).message, ...details }));
    return;
  }
  const said = known && error.code === 'unauthorized' ? TOKEN_REFUSED : (error as Error).message;
  const text = known ? sanitizeLine(said, 4000) : ((error as Error).stack ?? String(error));
  console.error(`${styleFor(process.stderr, process.env).red('✗')} ${text}`);
}

function reportUsage(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (json) report(new PilotlightError('invalid_request', usageError(error.message)), json);
  return EXIT.usage;
}

const json = process.argv.includes('--json');
// `pilotlight … | head`: nobody reads any more, which is no defect. A server goes on without its terminal, and also when
// the disk takes no line for its log.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (process.argv[2] === 'serve') return;
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.pipeClosed);
  });
}
try {
  const program = await createProgram(process.argv[2] ?? '', json);
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = reportUsage(error, json);
  else {
    report(error, json);
    process.exitCode = exitCodeOf(error);
  }
}
