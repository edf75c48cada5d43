import { join } from 'node:path';
import { agentPath } from '../locations.ts';
import type { Recipe } from '../real-agent.ts';
import { writeSettings } from '../write-settings.ts';

// A name the agent knows: an unknown one makes it warn in every first turn and leaves out its patch tool.
const MODEL = 'gpt-5.5';

/**
 * Codex by its ACP adapter; OpenAI responses. The adapter's modes decide over approval and sandbox, not the config:
 * in `workspace-write` it asks the user for a command that wants to leave the sandbox (`[[shell ask]]`).
 */
export const codexRecipe: Recipe = ({ modelUrl, home }) => {
  const codexHome = join(home, '.codex');
  writeSettings(join(codexHome, 'config.toml'), configToml(modelUrl));
  return {
    command: process.execPath,
    args: [agentPath('@agentclientprotocol/codex-acp/dist/index.js')],
    env: {
      CODEX_HOME: codexHome,
      TESTKIT_MODEL_KEY: 'dummy',
      NO_BROWSER: '1',
      CODEX_ACP_PROMPT_SUGGESTIONS: 'false',
    },
    acp: { askMode: 'workspace-write', actMode: 'agent-full-access' },
  };
};

function configToml(modelUrl: string): string {
  return `model = "${MODEL}"
model_provider = "fake"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.fake]
name = "Fake"
base_url = "${modelUrl}/v1"
env_key = "TESTKIT_MODEL_KEY"
wire_api = "responses"
requires_openai_auth = false
request_max_retries = 0
stream_max_retries = 0
`;
}
