import { join } from 'node:path';
import { agentPath } from '../locations.ts';
import type { Recipe } from '../real-agent.ts';
import { writeSettings } from '../write-settings.ts';

/** Qwen Code; chat completions. It starts in a mode where a model judges each action. */
export const qwenRecipe: Recipe = ({ modelUrl, home }) => {
  writeSettings(join(home, '.qwen/settings.json'), {
    general: { enableAutoUpdate: false, disableAutoUpdate: true, disableUpdateNag: true },
    privacy: { usageStatisticsEnabled: false },
    security: { auth: { selectedType: 'openai' }, folderTrust: { enabled: false } },
    telemetry: { enabled: false },
    tools: { useRipgrep: false },
  });
  return {
    command: process.execPath,
    args: [agentPath('@qwen-code/qwen-code/cli-entry.js'), '--acp'],
    env: {
      OPENAI_API_KEY: 'dummy',
      OPENAI_BASE_URL: `${modelUrl}/v1`,
      OPENAI_MODEL: 'fake-model',
      QWEN_CODE_NO_RELAUNCH: 'true',
    },
    acp: { askMode: 'default', actMode: 'yolo' },
  };
};
