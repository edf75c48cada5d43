import { fileURLToPath } from 'node:url';

/** The program of the `pilotlight` command. */
export const COMMAND = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
