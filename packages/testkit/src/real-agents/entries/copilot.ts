import type { RealAgentEntry } from '../real-agent-entry.ts';

/** GitHub Copilot CLI with a model of one's own, offline; the platform's own binary; chat completions. */
export const copilot: RealAgentEntry = {
  name: 'GitHub Copilot',
  package: '@github/copilot',
  program: '@github/copilot-${platform}-${arch}/copilot${exe}',
  args: ['--acp'],
  env: {
    COPILOT_HOME: '${home}/.copilot',
    COPILOT_OFFLINE: 'true',
    COPILOT_AUTO_UPDATE: 'false',
    COPILOT_PROVIDER_BASE_URL: '${modelUrl}/v1',
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_WIRE_API: 'completions',
    COPILOT_PROVIDER_API_KEY: 'dummy',
    COPILOT_MODEL: 'fake-model',
  },
  files: {},
  askMode: null,
  asksAbout: 'write',
  comesBack: ['loaded'],
  memory: '.copilot',
  loggedOut: { without: ['COPILOT_PROVIDER_API_KEY'], key: { variable: 'COPILOT_PROVIDER_API_KEY' } },
};
