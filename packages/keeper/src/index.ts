export { connectKeeper, startKeeper, stopKeepers, type KeeperConnectOptions } from './connect-keeper.ts';
export { findProgram } from './find-program.ts';
export type { KeeperProcesses } from './keeper-processes.ts';
export { Ledger } from './ledger.ts';
export { LocalProcesses } from './local-processes.ts';
export { readAllStats, readStat, type ProcStat } from './proc-stat.ts';
export { MARK } from './process-group.ts';
export { currentBootId } from './process-identity.ts';
export { measureTrees, type TreeUsage } from './process-tree.ts';
export type {
  ChildProcessPort,
  InputLine,
  KillDeadlines,
  LeftProcess,
  ProcessExit,
  ProcessPort,
  SpawnRequest,
} from './process-port.ts';
export {
  launchHere,
  ProgramLost,
  type Launch,
  type ProgramListener,
  type ProgramRequest,
  type RunningProgram,
} from './program.ts';
export { reapLeftovers } from './reaper.ts';
export { TailBuffer } from './tail-buffer.ts';
