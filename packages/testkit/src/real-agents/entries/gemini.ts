import type { RealAgentEntry } from '../real-agent-entry.ts';

/** Gemini CLI; Google generateContent. A fixed model spares the request that chooses one. */
export const gemini: RealAgentEntry = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  program: '@google/gemini-cli/bundle/gemini.js',
  args: ['--acp'],
  env: {
    GEMINI_API_KEY: 'dummy',
    GOOGLE_GEMINI_BASE_URL: '${modelUrl}',
    GEMINI_MODEL: 'gemini-2.5-flash',
    GEMINI_CLI_NO_RELAUNCH: 'true',
  },
  files: {
    '.gemini/settings.json': {
      general: {
        enableAutoUpdate: false,
        enableAutoUpdateNotification: false,
        disableAutoUpdate: true,
        maxAttempts: 2,
      },
      privacy: { usageStatisticsEnabled: false },
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      telemetry: { enabled: false },
      tools: { useRipgrep: false },
    },
  },
  askMode: 'default',
  asksAbout: 'write',
  // It cannot load what it began in the same minute of the clock, and has forgotten it then.
  comesBack: ['loaded', 'recap'],
  memory: '.gemini/tmp',
  loggedOut: { without: ['GEMINI_API_KEY'], key: { variable: 'GEMINI_API_KEY' } },
};
