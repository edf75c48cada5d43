import type { RealAgentEntry } from '../real-agent-entry.ts';

/**
 * Codex by its ACP adapter; OpenAI responses. The adapter's modes decide over approval and sandbox, not the config:
 * in `workspace-write` it edits inside its folder without a question, and asks for a command that wants to leave the
 * sandbox. Its model is one it knows: an unknown one makes it warn in every first turn and leaves out its patch tool.
 */
export const codex: RealAgentEntry = {
  name: 'Codex',
  package: '@agentclientprotocol/codex-acp',
  program: '@agentclientprotocol/codex-acp/dist/index.js',
  args: [],
  env: {
    CODEX_HOME: '${home}/.codex',
    TESTKIT_MODEL_KEY: 'dummy',
    NO_BROWSER: '1',
    CODEX_ACP_PROMPT_SUGGESTIONS: 'false',
  },
  files: {
    '.codex/config.toml': settingsWith('env_key = "TESTKIT_MODEL_KEY"\nrequires_openai_auth = false'),
  },
  askMode: 'workspace-write',
  asksAbout: 'shell ask',
  comesBack: ['resumed'],
  memory: '.codex/sessions',
  loggedOut: {
    without: ['TESTKIT_MODEL_KEY'],
    files: { '.codex/config.toml': settingsWith('requires_openai_auth = true') },
    key: { variable: 'OPENAI_API_KEY', methodId: 'api-key' },
  },
};

function settingsWith(auth: string): string {
  return `model = "gpt-5.5"
model_provider = "fake"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.fake]
name = "Fake"
base_url = "\${modelUrl}/v1"
wire_api = "responses"
${auth}
request_max_retries = 1
stream_max_retries = 1
`;
}
