// What one directory of an opencode server offers: models, agents (our modes) and slash commands. The server's answers
// hold API keys in clear and whole prompt templates; only what is named here is taken out of them.
import type { AgentCommand, ConfigOption } from '@pilotlight/protocol';
import { PilotlightError } from '@pilotlight/protocol';
import type { OpenCodeHttp } from './http.ts';
import { asList, asObject, asString } from './wire.ts';

const TIMEOUT_MS = 30_000;
/** Models that an error names in its details; a provider may list hundreds. */
const MOST_OFFERED = 200;

export interface CatalogModel {
  /** `provider/model` */
  id: string;
  name: string;
  provider: string;
  /** tokens of its context window; 0 when not known */
  context: number;
  /** thinking levels */
  variants: string[];
}

export interface CatalogMode {
  name: string;
  description: string;
}

export interface Catalog {
  models: Map<string, CatalogModel>;
  modes: CatalogMode[];
  commands: AgentCommand[];
  /** what the user's configuration names; null when it names none */
  defaultModel: string | null;
  defaultMode: string;
}

/** @throws when the server does not answer */
export async function fetchCatalog(http: OpenCodeHttp, directory: string): Promise<Catalog> {
  const options = { directory, timeoutMs: TIMEOUT_MS };
  const [providers, agents, commands, config] = await Promise.all([
    http.get('/config/providers', options),
    http.get('/agent', options),
    http.get('/command', options),
    http.get('/config', options),
  ]);
  const modes = readModes(agents);
  const { model, default_agent: agent } = asObject(config);
  return {
    models: readModels(providers),
    modes,
    commands: readCommands(commands),
    defaultModel: asString(model) || null,
    defaultMode:
      modes.find((mode) => mode.name === agent)?.name ??
      modes.find((mode) => mode.name === 'build')?.name ??
      modes[0]?.name ??
      'build',
  };
}

function readModels(answer: unknown): Map<string, CatalogModel> {
  const models = asList(asObject(answer)['providers']).flatMap((provider) =>
    Object.entries(asObject(provider['models'])).map(([key, value]): CatalogModel => {
      const model = asObject(value);
      const context = asObject(model['limit'])['context'];
      return {
        id: `${asString(provider['id'])}/${key}`,
        name: asString(model['name']) || key,
        provider: asString(provider['name']) || asString(provider['id']),
        context: typeof context === 'number' ? context : 0,
        variants: Object.keys(asObject(model['variants'])),
      };
    }),
  );
  return new Map(models.map((model) => [model.id, model]));
}

function readModes(answer: unknown): CatalogMode[] {
  return asList(answer)
    .filter(
      (agent) => agent['mode'] !== 'subagent' && agent['hidden'] !== true && asString(agent['name']) !== '',
    )
    .map((agent) => ({ name: asString(agent['name']), description: asString(agent['description']) }));
}

function readCommands(answer: unknown): AgentCommand[] {
  return asList(answer)
    .filter((command) => asString(command['name']) !== '')
    .map((command) => {
      const hints = Array.isArray(command['hints']) ? command['hints'].map(asString).filter(Boolean) : [];
      return {
        name: asString(command['name']),
        description: asString(command['description']),
        input: hints.length === 0 ? null : { hint: hints.join(' ').replaceAll('$', '').toLowerCase() },
      };
    });
}

/** What the user chose for one conversation; null: the agent's own default. */
export interface Choice {
  model: string | null;
  mode: string | null;
  variant: string | null;
}

const NO_VARIANT = 'default';

/** The options of a conversation with what is in force. `used`: the model its last turn ran on. */
export function configOptions(catalog: Catalog, choice: Choice, used: string | null): ConfigOption[] {
  const model = choice.model ?? used ?? catalog.defaultModel ?? '';
  const variants = catalog.models.get(model)?.variants ?? [];
  return [
    {
      id: 'model',
      name: 'Model',
      category: 'model',
      type: 'select',
      currentValue: model,
      choices: [...catalog.models.values()].map(({ id, name, provider }) => ({
        value: id,
        name,
        group: provider,
      })),
    },
    {
      id: 'mode',
      name: 'Mode',
      category: 'mode',
      type: 'select',
      currentValue: choice.mode ?? catalog.defaultMode,
      choices: catalog.modes.map(({ name, description }) => ({
        value: name,
        name,
        ...(description === '' ? {} : { description }),
      })),
    },
    ...(variants.length === 0 ? [] : [thinkingOption(variants, choice.variant)]),
  ];
}

function thinkingOption(variants: string[], chosen: string | null): ConfigOption {
  return {
    id: 'thinking',
    name: 'Thinking',
    category: 'thought_level',
    type: 'select',
    currentValue: chosen !== null && variants.includes(chosen) ? chosen : NO_VARIANT,
    choices: [
      { value: NO_VARIANT, name: 'Default' },
      ...variants.filter((name) => name !== NO_VARIANT).map((name) => ({ value: name, name })),
    ],
  };
}

/** @throws PilotlightError `model_unknown`, naming some that there are */
export function checkModel(catalog: Catalog, model: string): void {
  if (catalog.models.has(model)) return;
  const some = [...catalog.models.keys()].slice(0, 8).join(', ');
  const choices = some === '' ? 'No model is available: log in to a provider first.' : `Available: ${some}.`;
  throw new PilotlightError(
    'model_unknown',
    `The model "${model}" is not available to opencode here. ${choices}`,
    {
      details: { option: 'model', value: model, offered: [...catalog.models.keys()].slice(0, MOST_OFFERED) },
    },
  );
}

/** @throws PilotlightError `option_unknown` */
export function checkMode(catalog: Catalog, mode: string): void {
  if (catalog.modes.some(({ name }) => name === mode)) return;
  throw unknownValue(
    'mode',
    mode,
    catalog.modes.map(({ name }) => name),
  );
}

/** The variant a thinking level stands for, null for the model's default. @throws PilotlightError `option_unknown` */
export function checkThinking(catalog: Catalog, model: string | null, level: string): string | null {
  const variants = catalog.models.get(model ?? '')?.variants ?? [];
  if (variants.includes(level)) return level;
  if (level === NO_VARIANT) return null;
  throw unknownValue('thinking level', level, [NO_VARIANT, ...variants]);
}

function unknownValue(what: string, value: string, known: string[]): PilotlightError {
  return new PilotlightError(
    'option_unknown',
    `There is no ${what} "${value}"; there are ${known.join(', ')}.`,
    { details: { option: what, value, offered: known } },
  );
}

/** `provider/model` taken apart; a model's own name may hold slashes. */
export function splitModel(model: string): { providerID: string; modelID: string } {
  const slash = model.indexOf('/');
  return { providerID: model.slice(0, slash), modelID: model.slice(slash + 1) };
}
