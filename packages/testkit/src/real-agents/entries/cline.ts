import type { RealAgentEntry } from '../real-agent-entry.ts';

/** Cline; the platform's own binary; chat completions. Its hub, a daemon that would outlive it, is not used. */
export const cline: RealAgentEntry = {
  name: 'Cline',
  package: 'cline',
  program: '@cline/cli-${platform}-${arch}/bin/cline${exe}',
  args: ['--acp'],
  env: {
    CLINE_SESSION_BACKEND_MODE: 'local',
    CLINE_API_KEY: 'dummy',
    CLINE_PROVIDER: 'openai-compatible',
    CLINE_MODEL: 'fake-model',
    CLINE_TELEMETRY_DISABLED: '1',
  },
  files: {
    '.cline/data/settings/providers.json': providersWith({ apiKey: 'dummy' }),
  },
  askMode: null,
  asksAbout: 'write',
  comesBack: ['loaded'],
  memory: '.cline/data/sessions',
  loggedOut: {
    without: ['CLINE_API_KEY'],
    files: { '.cline/data/settings/providers.json': providersWith({}) },
    key: { variable: 'CLINE_API_KEY' },
  },
};

function providersWith(key: { apiKey?: string }): object {
  const settings = {
    provider: 'openai-compatible',
    ...key,
    model: 'fake-model',
    baseUrl: '${modelUrl}/v1',
  };
  const provider = { settings, updatedAt: '2026-01-01T00:00:00.000Z', tokenSource: 'manual' };
  return {
    version: 1,
    lastUsedProvider: 'openai-compatible',
    providers: { 'openai-compatible': provider },
  };
}
