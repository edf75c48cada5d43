import { fileURLToPath } from 'node:url';
import { AgentSpec } from './agent-spec.ts';

/** The agent that is always there: ours, without a model. */
export const DEMO_AGENT = 'demo';
/** The agent whose HTTP server is driven. */
export const OPENCODE_AGENT = 'opencode';

const DEMO_PROGRAM = fileURLToPath(import.meta.resolve('@pilotlight/demo-agent'));

/**
 * The agents known without any configuration. Versions are those the adapters were tested with; `install.bin` is the
 * file inside the install folder that is run (a `.js` file by our own Node).
 */
export const builtInAgents: readonly AgentSpec[] = [
  AgentSpec.parse({
    id: DEMO_AGENT,
    name: 'Demo',
    command: '${node}',
    args: [DEMO_PROGRAM],
    env: { PILOTLIGHT_DEMO_STATE: '${dataFolder}/agents/demo/state' },
    passEnv: ['PILOTLIGHT_DEMO_PACE_MS'],
    hint: 'It comes with Pilotlight and needs no model.',
  }),
  AgentSpec.parse({
    id: OPENCODE_AGENT,
    name: 'opencode',
    backend: 'opencode_server',
    command: 'opencode',
    args: ['serve'],
    coldArgs: ['acp'],
    install: {
      package: 'opencode-ai',
      version: '1.18.33',
      // The package's own program is a stand-in that an install script would replace; scripts are not run.
      bin: 'node_modules/opencode-${platform}-${arch}/bin/opencode${exe}',
    },
    hint: 'Run `pilotlight agents install opencode`, or `npm install -g opencode-ai@1.18.33`.',
    login: 'Run `opencode auth login`.',
    loginCommand: 'opencode auth login',
    keys: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY', 'OPENCODE_API_KEY'],
  }),
  AgentSpec.parse({
    id: 'claude',
    name: 'Claude Code',
    command: 'claude-agent-acp',
    helpers: ['claude'],
    opensAhead: true,
    askMode: 'default',
    // Its adapter forces a cancel by itself after 30 s.
    deadlines: { cancel: 35_000 },
    install: {
      package: '@agentclientprotocol/claude-agent-acp',
      version: '0.101.0',
      bin: 'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js',
    },
    hint: 'Run `pilotlight agents install claude`, or `npm install -g @agentclientprotocol/claude-agent-acp@0.101.0`.',
    login: 'Run `claude` and then `/login`, or set ANTHROPIC_API_KEY.',
    loginCommand: 'claude /login',
    keys: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    passEnv: ['CLAUDE_CONFIG_DIR', 'ANTHROPIC_BASE_URL'],
  }),
  AgentSpec.parse({
    id: 'codex',
    name: 'Codex',
    command: 'codex-acp',
    helpers: ['codex'],
    opensAhead: true,
    // In its own first mode a model judges what may run; in this one the user does.
    askMode: 'workspace-write',
    install: {
      package: '@agentclientprotocol/codex-acp',
      version: '2.6.0',
      bin: 'node_modules/@agentclientprotocol/codex-acp/dist/index.js',
    },
    hint: 'Run `pilotlight agents install codex`, or `npm install -g @agentclientprotocol/codex-acp@2.6.0`.',
    login: 'Run `codex login`, or set OPENAI_API_KEY.',
    loginCommand: 'codex login',
    keys: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    passEnv: ['CODEX_HOME', 'OPENAI_BASE_URL'],
  }),
  AgentSpec.parse({
    id: 'gemini',
    name: 'Gemini CLI',
    command: 'gemini',
    startsInFolder: true,
    opensAhead: true,
    args: ['--acp'],
    // Without it the program starts itself a second time.
    env: { GEMINI_CLI_NO_RELAUNCH: 'true' },
    install: {
      package: '@google/gemini-cli',
      version: '0.61.0',
      bin: 'node_modules/@google/gemini-cli/bundle/gemini.js',
    },
    hint: 'Run `pilotlight agents install gemini`, or `npm install -g @google/gemini-cli@0.61.0`.',
    login: 'Run `gemini` and choose a login, or set GEMINI_API_KEY.',
    loginCommand: 'gemini',
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    passEnv: ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION', 'GOOGLE_GENAI_USE_VERTEXAI'],
  }),
  AgentSpec.parse({
    id: 'qwen',
    name: 'Qwen Code',
    command: 'qwen',
    startsInFolder: true,
    opensAhead: true,
    args: ['--acp'],
    env: { QWEN_CODE_NO_RELAUNCH: 'true' },
    askMode: 'default',
    install: {
      package: '@qwen-code/qwen-code',
      version: '0.24.4',
      bin: 'node_modules/@qwen-code/qwen-code/cli-entry.js',
    },
    hint: 'Run `pilotlight agents install qwen`, or `npm install -g @qwen-code/qwen-code@0.24.4`.',
    login: 'Run `qwen` and choose a login, or set OPENAI_API_KEY.',
    loginCommand: 'qwen',
    keys: ['OPENAI_API_KEY', 'DASHSCOPE_API_KEY'],
    passEnv: ['OPENAI_BASE_URL', 'OPENAI_MODEL'],
  }),
  AgentSpec.parse({
    id: 'kilo',
    name: 'Kilo Code',
    command: 'kilo',
    args: ['acp'],
    install: {
      package: '@kilocode/cli',
      version: '7.7.7',
      bin: 'node_modules/@kilocode/cli-${platform}-${arch}/bin/kilo${exe}',
    },
    hint: 'Run `pilotlight agents install kilo`, or `npm install -g @kilocode/cli@7.7.7`.',
    login: 'Run `kilo auth login`.',
    loginCommand: 'kilo auth login',
  }),
  AgentSpec.parse({
    id: 'copilot',
    name: 'GitHub Copilot',
    command: 'copilot',
    args: ['--acp'],
    install: {
      package: '@github/copilot',
      version: '1.0.102',
      bin: 'node_modules/@github/copilot-${platform}-${arch}/copilot${exe}',
    },
    hint: 'Run `pilotlight agents install copilot`, or `npm install -g @github/copilot@1.0.102`.',
    login: 'Run `copilot login`, or set GH_TOKEN.',
    loginCommand: 'copilot login',
    keys: ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'],
  }),
  AgentSpec.parse({
    id: 'cline',
    name: 'Cline',
    command: 'cline',
    args: ['--acp'],
    // Else it starts a daemon that outlives it and everything it was started for.
    env: { CLINE_SESSION_BACKEND_MODE: 'local' },
    install: {
      package: 'cline',
      version: '3.0.65',
      bin: 'node_modules/@cline/cli-${platform}-${arch}/bin/cline${exe}',
    },
    hint: 'Run `pilotlight agents install cline`, or `npm install -g cline@3.0.65`.',
    login: 'Run `cline auth`, or set CLINE_API_KEY.',
    loginCommand: 'cline auth',
    keys: ['CLINE_API_KEY'],
  }),
  AgentSpec.parse({
    id: 'pi',
    name: 'Pi',
    command: 'pi-acp',
    helpers: ['pi'],
    // Opening a second conversation ends the turn of the first.
    sharedProcess: false,
    hint: 'Run `npm install -g pi-acp@0.0.34 @earendil-works/pi-coding-agent@0.87.1`.',
    login: 'Run `pi` and then `/login`.',
    loginCommand: 'pi',
    keys: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'],
  }),
];
