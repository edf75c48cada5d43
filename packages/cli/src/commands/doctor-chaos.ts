import { PilotlightError } from '@pilotlight/protocol';
import { fileURLToPath } from 'node:url';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

const COMMAND = fileURLToPath(new URL('../main.ts', import.meta.url));
const PAUSE_MS = 1500;

/**
 * Kills servers and agents on a throw-away data folder and says what came of every prompt. Answers the exit code. Nothing of
 * the user's is touched and nothing stays, also when it is interrupted.
 * @throws PilotlightError `config_invalid`
 */
export async function doctorChaos({ screen, json }: Cli, minutesWanted: string): Promise<number> {
  const minutes = Number(minutesWanted);
  if (!(minutes > 0))
    throw new PilotlightError('config_invalid', `--minutes is a number above 0, not ${minutesWanted}.`);
  if (process.platform !== 'linux')
    throw new PilotlightError(
      'config_invalid',
      '--chaos finds its processes in /proc; it runs on Linux only.',
    );
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (): void => (stop.signal.aborted ? process.exit(EXIT.left) : stop.abort());
  for (const signal of signals) process.on(signal, onSignal);
  const about = `the demo agent talks in a temporary folder for ${minutes} min, while servers, agents and connections are killed`;
  if (!json) screen.note(screen.style.dim(`• ${about}; your own data is not touched`));
  // For this one option only.
  const { chaos, DEMO_ONLY, USUAL } = await import('@pilotlight/chaos');
  const lines: string[] = [];
  const isSound = await chaos({
    command: COMMAND,
    seed: Date.now() % 1_000_000,
    ms: minutes * 60_000,
    everyMs: PAUSE_MS,
    weights: USUAL,
    cast: DEMO_ONLY,
    fillDisk: false,
    expectTakeover: true,
    keep: 'none',
    signal: stop.signal,
    print: (line) => {
      lines.push(line);
      if (!json && !stop.signal.aborted) screen.line(line);
    },
  });
  for (const signal of signals) process.off(signal, onSignal);
  const given = stop.signal.aborted;
  if (json) screen.line(JSON.stringify({ sound: isSound, interrupted: given, lines }));
  else if (given) screen.note('• interrupted; nothing was judged');
  else if (isSound)
    screen.line(
      `${screen.style.green('✓')} every prompt that was taken ran once, and every word of it is there`,
    );
  else screen.line(`${screen.style.red('✗')} something did not hold; please report the lines above`);
  if (given) return EXIT.left;
  return isSound ? EXIT.ok : EXIT.failed;
}
