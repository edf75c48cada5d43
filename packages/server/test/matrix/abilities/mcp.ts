import { scriptedMcpServer } from '@pilotlight/testkit';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ability } from '../ability.ts';
import { completed } from '../agent-bench.ts';
import { fails, notOffered, works } from '../cell.ts';

const mcp: Ability = {
  id: 'mcp',
  title: 'MCP server passed through',
  core: false,
  async judge(bench) {
    const { client, folder } = bench.desk.home;
    const [calls, listings] = [join(folder, 'greet-calls'), join(folder, 'greet-listings')];
    const env = { GREETING: 'Good day', GREET_LOG: calls, GREET_LISTINGS: listings };
    const transport = { type: 'stdio', ...scriptedMcpServer(), env } as const;
    const server = await client.createMcpServer({ name: 'greeter', transport });
    try {
      // It takes effect with the next agent session.
      await bench.newChat();
      const seen = await bench.turn('Greet. [[mcp greet tag=world]]');
      completed(seen);
      if (contentOf(calls).includes('Good day world')) {
        return JSON.stringify(seen.parts).includes('Good day world')
          ? works()
          : works('its tool was called, and what it answered is not shown');
      }
      const offered = seen.requests.at(0)?.tools.join(', ');
      if (contentOf(listings) === '')
        return notOffered(`it never asked the server for its tools; those of its model: ${offered}`);
      const finds = seen.requests.at(0)?.tools.some((name) => /search|mcp/i.test(name));
      if (!finds) return fails(`it has the server's tools, its model has not: ${offered}`);
      return works('it has the tools of the server, and its model finds them by a search of its own');
    } finally {
      await client.removeMcpServer(server.id);
    }
  },
};

function contentOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export const mcpServers: readonly Ability[] = [mcp];
