export { composeServer, type RunningServer, type ServerOptions } from './compose.ts';
export { examineDataFolder, type DataFolderReport } from './examine-data-folder.ts';
export { VERSION } from './version.ts';
