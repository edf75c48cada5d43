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

/** The configuration of opencode and of what was made of it: one provider with two models; asks for edits and commands. */
export const opencodeSettings = {
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
      options: { baseURL: '${modelUrl}/v1', apiKey: 'dummy' },
      models: { 'fake-model': model, 'fake-model-2': { ...model, name: 'Second fake model' } },
    },
  },
  permission: { edit: 'ask', bash: 'ask' },
};

const { fake } = opencodeSettings.provider;

/** The same, with a key that only the environment can have. */
export const opencodeLoggedOut = {
  ...opencodeSettings,
  provider: { fake: { ...fake, options: { ...fake.options, apiKey: '{env:TESTKIT_MODEL_KEY}' } } },
};
