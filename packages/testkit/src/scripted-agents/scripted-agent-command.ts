import { fileURLToPath } from 'node:url';
import type { DefectName } from './definitions.ts';

/** The command that starts a scripted agent; `args` are those of its definition. */
export function scriptedAgent(defect: DefectName, ...args: string[]): { command: string; args: string[] } {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  return { command: process.execPath, args: [main, defect, ...args] };
}
