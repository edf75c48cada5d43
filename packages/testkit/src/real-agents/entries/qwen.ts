import type { RealAgentEntry } from '../real-agent-entry.ts';

const model = {
  envKey: 'OPENAI_API_KEY',
  baseUrl: '${modelUrl}/v1',
  generationConfig: { modalities: { image: true }, contextWindowSize: 200_000 },
};

/** Qwen Code; chat completions. It starts in a mode where a model judges each action. */
export const qwen: RealAgentEntry = {
  name: 'Qwen Code',
  package: '@qwen-code/qwen-code',
  program: '@qwen-code/qwen-code/cli-entry.js',
  args: ['--acp'],
  env: {
    OPENAI_API_KEY: 'dummy',
    OPENAI_BASE_URL: '${modelUrl}/v1',
    OPENAI_MODEL: 'fake-model',
    QWEN_CODE_NO_RELAUNCH: 'true',
  },
  files: {
    '.qwen/settings.json': {
      general: { enableAutoUpdate: false, disableAutoUpdate: true, disableUpdateNag: true },
      modelProviders: {
        openai: [
          { id: 'fake-model', name: 'Fake model', ...model },
          { id: 'fake-model-2', name: 'Second fake model', ...model },
        ],
      },
      privacy: { usageStatisticsEnabled: false },
      security: { auth: { selectedType: 'openai' }, folderTrust: { enabled: false } },
      telemetry: { enabled: false },
      tools: { useRipgrep: false },
    },
  },
  askMode: 'default',
  asksAbout: 'write',
  comesBack: ['resumed'],
  memory: '.qwen/projects',
  loggedOut: { without: ['OPENAI_API_KEY'], key: { variable: 'OPENAI_API_KEY' } },
};
