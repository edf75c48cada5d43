import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { RealAgent, RealAgentId, Recipe, RecipeOptions } from './real-agent.ts';
import { claudeRecipe } from './recipes/claude.ts';
import { codexRecipe } from './recipes/codex.ts';
import { geminiRecipe } from './recipes/gemini.ts';
import { opencodeRecipe } from './recipes/opencode.ts';
import { qwenRecipe } from './recipes/qwen.ts';

const RECIPES: Record<RealAgentId, Recipe> = {
  opencode: opencodeRecipe,
  claude: claudeRecipe,
  codex: codexRecipe,
  gemini: geminiRecipe,
  qwen: qwenRecipe,
};

/**
 * Writes the settings of an agent into an isolated home and says how to run it so that it speaks ACP, asks the model
 * server only and keeps everything inside that home. The agents must be installed (`ensureRealAgents`).
 */
export function prepareRealAgent(id: RealAgentId, options: RecipeOptions): RealAgent {
  const { env, ...rest } = RECIPES[id](options);
  return { id, ...rest, env: { ...isolatedEnv(options.home), ...env } };
}

/** An environment whose home, XDG folders and temp folder all lie in `home`. */
function isolatedEnv(home: string): Record<string, string> {
  const tmp = join(home, 'tmp');
  mkdirSync(tmp, { recursive: true });
  return {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    HOME: home,
    TMPDIR: tmp,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_CACHE_HOME: join(home, '.cache'),
  };
}
