import { PilotlightError } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { createCli, withCommonOptions } from '../cli.ts';
import { requireServer } from '../server/find-server.ts';
import { readServerFile } from '../server/data-files.ts';
import { startDetached } from '../server/start-detached.ts';
import { untilGone } from '../server/until-gone.ts';
import type { CommonOptions } from '../settings.ts';
import manifest from '../../package.json' with { type: 'json' };

export function upgradeCommand(program: Command): void {
  withCommonOptions(
    program
      .command('upgrade')
      .description('Put the server of this version in place of the one that runs; no turn ends for it'),
  ).action(upgrade);
}

async function upgrade(options: CommonOptions): Promise<void> {
  const { screen, settings, json } = createCli(options);
  if (settings.url !== null) {
    throw new PilotlightError(
      'config_invalid',
      'upgrade works on the machine of the server; run it there, without --url and PILOTLIGHT_URL',
    );
  }
  const before = await requireServer(settings);
  const { version } = await before.health();
  const running = await readServerFile(settings.dataFolder);
  await before.stopServer('hand_over');
  if (running !== null) await untilGone(settings.dataFolder, running.pid);
  // Where its clients look for it.
  const after = await startDetached({ ...settings, port: Number(new URL(before.url).port) });
  const processes = (await after.listProcesses()).length;
  const result = { from: version, to: manifest.version, url: after.url, processes };
  if (json) return screen.line(JSON.stringify(result));
  screen.line(`✓ ${after.url} is version ${manifest.version} now (it was ${version})`);
  if (processes > 0)
    screen.line(`  ${processes === 1 ? '1 agent' : `${processes} agents`} went on meanwhile`);
}
