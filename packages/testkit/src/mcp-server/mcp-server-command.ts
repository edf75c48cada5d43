import { fileURLToPath } from 'node:url';

/** The command that starts the scripted MCP server; see its own file for what its environment may say. */
export function scriptedMcpServer(): { command: string; args: string[] } {
  return { command: process.execPath, args: [fileURLToPath(new URL('./main.ts', import.meta.url))] };
}
