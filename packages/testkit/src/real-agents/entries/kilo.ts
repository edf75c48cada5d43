import type { RealAgentEntry } from '../real-agent-entry.ts';
import { opencodeLoggedOut, opencodeSettings } from './opencode-settings.ts';

/** Kilo Code: made of opencode, with a configuration of the same form; the platform's own binary; chat completions. */
export const kilo: RealAgentEntry = {
  name: 'Kilo Code',
  package: '@kilocode/cli',
  program: '@kilocode/cli-${platform}-${arch}/bin/kilo${exe}',
  args: ['acp'],
  env: {
    KILO_DISABLE_AUTOUPDATE: '1',
    KILO_DISABLE_MODELS_FETCH: '1',
    KILO_DISABLE_LSP_DOWNLOAD: '1',
    KILO_DISABLE_SHARE: '1',
    KILO_DISABLE_DEFAULT_PLUGINS: '1',
    KILO_TELEMETRY_LEVEL: 'off',
  },
  files: {
    '.config/kilo/kilo.json': opencodeSettings,
    '.config/kilo/package-lock.json': {
      packages: { '': { dependencies: { '@kilocode/plugin': '${version}' } } },
    },
    '.config/kilo/node_modules/.keep': '',
  },
  askMode: null,
  asksAbout: 'write',
  comesBack: ['resumed'],
  memory: '.local/share/kilo',
  loggedOut: {
    without: [],
    files: { '.config/kilo/kilo.json': opencodeLoggedOut },
    key: { variable: 'TESTKIT_MODEL_KEY' },
  },
};
