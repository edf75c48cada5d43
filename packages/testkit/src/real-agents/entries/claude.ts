import type { RealAgentEntry } from '../real-agent-entry.ts';

/** Claude Code by its ACP adapter; Anthropic messages. It starts in a mode where a model judges each action. */
export const claude: RealAgentEntry = {
  name: 'Claude Code',
  package: '@agentclientprotocol/claude-agent-acp',
  program: '@agentclientprotocol/claude-agent-acp/dist/index.js',
  args: [],
  env: {
    ANTHROPIC_BASE_URL: '${modelUrl}',
    ANTHROPIC_API_KEY: 'dummy',
    CLAUDE_CONFIG_DIR: '${home}/.claude',
    CLAUDE_CODE_MAX_RETRIES: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    // As root it refuses to open a session, unless it is told that it runs in a sandbox.
    IS_SANDBOX: '1',
  },
  files: { '.claude/settings.json': { includeCoAuthoredBy: false } },
  askMode: 'default',
  asksAbout: 'write',
  comesBack: ['resumed'],
  memory: '.claude/projects',
  loggedOut: { without: ['ANTHROPIC_API_KEY'], key: { variable: 'ANTHROPIC_API_KEY' } },
};
