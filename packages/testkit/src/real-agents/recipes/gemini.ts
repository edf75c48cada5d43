import { join } from 'node:path';
import { agentPath } from '../locations.ts';
import type { Recipe } from '../real-agent.ts';
import { writeSettings } from '../write-settings.ts';

/** Gemini CLI; Google generateContent. A fixed model spares the request that chooses one. */
export const geminiRecipe: Recipe = ({ modelUrl, home }) => {
  writeSettings(join(home, '.gemini/settings.json'), {
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, disableAutoUpdate: true },
    privacy: { usageStatisticsEnabled: false },
    security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
    telemetry: { enabled: false },
    tools: { useRipgrep: false },
  });
  return {
    command: process.execPath,
    args: [agentPath('@google/gemini-cli/bundle/gemini.js'), '--acp'],
    env: {
      GEMINI_API_KEY: 'dummy',
      GOOGLE_GEMINI_BASE_URL: modelUrl,
      GEMINI_MODEL: 'gemini-2.5-flash',
      GEMINI_CLI_NO_RELAUNCH: 'true',
    },
    acp: { askMode: 'default', actMode: 'yolo' },
  };
};
