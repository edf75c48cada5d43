import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { agentPath } from '../locations.ts';
import type { Recipe, RecipeOptions } from '../real-agent.ts';
import { writeSettings } from '../write-settings.ts';

/** opencode: the platform's own binary, which needs no install script; chat completions; asks for edits and commands. */
export const opencodeRecipe: Recipe = (options) => {
  const config = join(options.home, '.config/opencode');
  writeSettings(join(config, 'opencode.json'), settings(options));
  seedPlugin(config);
  return {
    command: binaryPath(),
    args: ['acp'],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    },
    acp: { askMode: null, actMode: null },
  };
};

function binaryPath(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const file = process.platform === 'win32' ? 'opencode.exe' : 'opencode';
  return agentPath(`opencode-${system}-${process.arch}`, 'bin', file);
}

/** Every start runs a hidden npm install of the plugin package into the config folder, unless this says that it is there. */
function seedPlugin(config: string): void {
  const { version } = JSON.parse(readFileSync(agentPath('opencode-ai/package.json'), 'utf8')) as {
    version: string;
  };
  const dependencies = { '@opencode-ai/plugin': version };
  writeSettings(join(config, 'package-lock.json'), { packages: { '': { dependencies } } });
  writeSettings(join(config, 'node_modules/.keep'), '');
}

function settings({ modelUrl }: RecipeOptions): object {
  const model = {
    name: 'Fake model',
    reasoning: true,
    tool_call: true,
    attachment: true,
    modalities: { input: ['text', 'image', 'pdf'], output: ['text'] },
    interleaved: { field: 'reasoning_content' },
    limit: { context: 200_000, output: 32_000 },
    cost: { input: 1, output: 2, cache_read: 0.5, cache_write: 0.25 },
    variants: { high: { reasoningEffort: 'high' } },
  };
  return {
    autoupdate: false,
    share: 'disabled',
    lsp: false,
    formatter: false,
    model: 'fake/fake-model',
    small_model: 'fake/fake-model',
    enabled_providers: ['fake'],
    provider: {
      fake: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Fake',
        options: { baseURL: `${modelUrl}/v1`, apiKey: 'dummy' },
        models: { 'fake-model': model, 'fake-model-2': { ...model, name: 'Second fake model' } },
      },
    },
    permission: { edit: 'ask', bash: 'ask' },
  };
}
