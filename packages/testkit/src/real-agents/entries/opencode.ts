import type { RealAgentEntry } from '../real-agent-entry.ts';
import { opencodeLoggedOut, opencodeSettings } from './opencode-settings.ts';

/** opencode: the platform's own binary, which needs no install script; chat completions; asks for edits and commands. */
export const opencode: RealAgentEntry = {
  name: 'opencode',
  package: 'opencode-ai',
  program: 'opencode-${platform}-${arch}/bin/opencode${exe}',
  args: ['acp'],
  env: {
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_SHARE: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  },
  files: {
    '.config/opencode/opencode.json': opencodeSettings,
    // Every start runs a hidden npm install of the plugin package there, unless this says that it is done.
    '.config/opencode/package-lock.json': {
      packages: { '': { dependencies: { '@opencode-ai/plugin': '${version}' } } },
    },
    '.config/opencode/node_modules/.keep': '',
  },
  askMode: null,
  asksAbout: 'write',
  comesBack: ['resumed'],
  memory: '.local/share/opencode',
  loggedOut: {
    without: [],
    files: { '.config/opencode/opencode.json': opencodeLoggedOut },
    key: { variable: 'TESTKIT_MODEL_KEY' },
  },
};
