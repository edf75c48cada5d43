import { toErrorInfo, type ErrorInfo } from '@pilotlight/protocol';
import { AgentKeys } from './backends/agent-keys.ts';
import { createAgentTable } from './backends/agent-table.ts';
import { builtInAgents } from './backends/built-in-agents.ts';
import { examineStore } from './store/examine-store.ts';

/** What `health` would say of a data folder on which no server runs. */
export interface DataFolderReport {
  /** `bytes`: null when there is no database yet */
  store: { bytes: number | null; error: ErrorInfo | null };
  /** `error`: what is wrong with agents.json */
  agents: { error: ErrorInfo | null };
}

/** Looks without a server whether one could start on the folder. Reads the whole database and writes nothing. */
export function examineDataFolder(dataFolder: string): DataFolderReport {
  const { problem } = createAgentTable({
    dataFolder,
    env: {},
    keys: new AgentKeys(dataFolder),
    builtIn: builtInAgents,
  });
  return {
    store: storeReport(dataFolder),
    agents: { error: problem === null ? null : toErrorInfo(problem) },
  };
}

function storeReport(dataFolder: string): DataFolderReport['store'] {
  try {
    return { bytes: examineStore(dataFolder), error: null };
  } catch (error) {
    return { bytes: null, error: toErrorInfo(error) };
  }
}
