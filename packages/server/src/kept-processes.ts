import { connectKeeper, type ProcessPort } from '@pilotlight/keeper';
import type { DataFolder } from './data-folder.ts';

/** Children of the data folder's keeper, which outlive the server. @throws PilotlightError `agent_unavailable`, `config_invalid` */
export function keptProcesses(folder: DataFolder): Promise<ProcessPort> {
  return connectKeeper({ dataFolder: folder.root, ledgerFolder: folder.ledger });
}
