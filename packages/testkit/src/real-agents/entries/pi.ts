import type { RealAgentEntry } from '../real-agent-entry.ts';

const model = { reasoning: true, input: ['text', 'image'], contextWindow: 200_000, maxTokens: 32_000 };

/** Pi by its ACP adapter, which finds `pi` on the PATH; chat completions. It never asks. */
export const pi: RealAgentEntry = {
  name: 'Pi',
  package: '@earendil-works/pi-coding-agent',
  program: 'pi-acp/dist/index.js',
  args: [],
  env: {
    PATH: '${modules}/.bin:${path}',
    PI_OFFLINE: '1',
    PI_SKIP_VERSION_CHECK: '1',
    PI_TELEMETRY: '0',
  },
  files: {
    '.pi/agent/models.json': modelsWith('dummy'),
    '.pi/agent/settings.json': {
      defaultProvider: 'fake',
      defaultModel: 'fake-model',
      quietStartup: true,
    },
  },
  askMode: null,
  asksAbout: null,
  comesBack: ['loaded'],
  memory: '.pi/agent/sessions',
  loggedOut: {
    without: [],
    files: { '.pi/agent/models.json': modelsWith('$TESTKIT_MODEL_KEY') },
    key: { variable: 'TESTKIT_MODEL_KEY' },
  },
};

function modelsWith(apiKey: string): object {
  const fake = {
    baseUrl: '${modelUrl}/v1',
    api: 'openai-completions',
    apiKey,
    models: [
      { id: 'fake-model', name: 'Fake model', ...model },
      { id: 'fake-model-2', name: 'Second fake model', ...model },
    ],
  };
  return { providers: { fake } };
}
