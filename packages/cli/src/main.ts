import { PilotlightError } from '@pilotlight/protocol';
import { Command, CommanderError } from 'commander';
import { agentsCommand } from './commands/agents.ts';
import { cancelCommand } from './commands/cancel.ts';
import { chatCommand } from './commands/chat.ts';
import { doctorCommand } from './commands/doctor.ts';
import { keepCommand, releaseCommand } from './commands/keep-and-release.ts';
import { openCommand } from './commands/open.ts';
import { permissionsCommand } from './commands/permissions.ts';
import { projectCommand } from './commands/project.ts';
import { promptCommand } from './commands/prompt.ts';
import { psCommand } from './commands/ps.ts';
import { serveCommand } from './commands/serve.ts';
import { sessionCommand } from './commands/session.ts';
import { stopCommand } from './commands/stop.ts';
import { taskCommand } from './commands/task.ts';
import { upgradeCommand } from './commands/upgrade.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { sanitizeLine } from './terminal/sanitize.ts';
import { styleFor } from './terminal/style.ts';
import manifest from '../package.json' with { type: 'json' };

/** The command line as commander sees it. With `json` it writes no error of its own: `report` does. */
function createProgram(json: boolean): Command {
  const program = new Command('pilotlight')
    .description('A home for persistent coding-agent sessions')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => json || process.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, '✗ ')),
    })
    .showHelpAfterError('(pilotlight --help shows how)');
  for (const add of [
    serveCommand,
    promptCommand,
    taskCommand,
    chatCommand,
    sessionCommand,
    projectCommand,
    agentsCommand,
    permissionsCommand,
    cancelCommand,
    psCommand,
    keepCommand,
    releaseCommand,
    openCommand,
    stopCommand,
    upgradeCommand,
    doctorCommand,
  ]) {
    add(program);
  }
  return program;
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
  if (json) report(new PilotlightError('invalid_request', error.message.replace(/^error: /, '')), json);
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
  await createProgram(json).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = reportUsage(error, json);
  else {
    report(error, json);
    process.exitCode = exitCodeOf(error);
  }
}
