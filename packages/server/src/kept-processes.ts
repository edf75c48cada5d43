import { connectKeeper, startKeeper, type KeeperConnectOptions, type ProcessPort } from '@pilotlight/keeper';
import { openDataFolder, type DataFolder } from './data-folder.ts';

/** Children of the data folder's keeper, which outlive the server. @throws PilotlightError `agent_unavailable`, `config_invalid` */
export function keptProcesses(folder: DataFolder): Promise<ProcessPort> {
  return connectKeeper(optionsFor(folder));
}

/**
 * Starts the keeper of a data folder when none runs, so that it gets ready while its server is loaded. It takes nothing from
 * a server that runs. What fails here fails again, and is told, in `keptProcesses`.
 */
export async function wakeKeeper(root: string): Promise<void> {
  try {
    await startKeeper(optionsFor(openDataFolder(root)));
  } catch {
    // Told later.
  }
}

function optionsFor({ root, ledger }: DataFolder): KeeperConnectOptions {
  return { dataFolder: root, ledgerFolder: ledger };
}
