import { join } from 'node:path';
import { agentPath } from '../locations.ts';
import type { Recipe } from '../real-agent.ts';
import { writeSettings } from '../write-settings.ts';

/** Claude Code by its ACP adapter; Anthropic messages. It starts in a mode where a model judges each action. */
export const claudeRecipe: Recipe = ({ modelUrl, home }) => {
  const config = join(home, '.claude');
  writeSettings(join(config, 'settings.json'), { includeCoAuthoredBy: false });
  return {
    command: process.execPath,
    args: [agentPath('@agentclientprotocol/claude-agent-acp/dist/index.js')],
    env: {
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'dummy',
      CLAUDE_CONFIG_DIR: config,
      CLAUDE_CODE_MAX_RETRIES: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      // As root it refuses to open a session, unless it is told that it runs in a sandbox.
      ...(process.getuid?.() === 0 ? { IS_SANDBOX: '1' } : {}),
    },
    acp: { askMode: 'default', actMode: 'bypassPermissions' },
  };
};
