import type { ConfigOption } from '@pilotlight/protocol';
import { optional } from './map-content.ts';
import { asList, asObject, asString, mapObjects, type RawObject } from './raw-values.ts';

type Choice = ConfigOption['choices'][number];

/** How a choice is told to the agent. */
export type OptionDoor = 'set_config_option' | 'set_mode' | 'set_model';

/** All of a `ConfigState`, for a later server. */
export interface ConfigMemory {
  options: ConfigOption[];
  mode: ConfigOption | null;
  model: ConfigOption | null;
}

/**
 * The options of one agent session. Three generations of the protocol come together here: `configOptions`, and where these
 * have no mode or model the older `modes` and `models`, which get the ids `mode` and `model`.
 */
export class ConfigState {
  #options: ConfigOption[] = [];
  #mode: ConfigOption | null = null;
  #model: ConfigOption | null = null;

  get memory(): ConfigMemory {
    return { options: this.#options, mode: this.#mode, model: this.#model };
  }

  remember({ options, mode, model }: ConfigMemory): void {
    this.#options = options;
    this.#mode = mode;
    this.#model = model;
  }

  /** Takes what `session/new`, `resume`, `load` or `set_config_option` answered; true when it said anything. */
  take(result: unknown): boolean {
    const raw = asObject(result);
    const said =
      raw !== null &&
      ['configOptions', 'modes', 'models'].some((key) => asObject(raw[key]) ?? asList(raw[key]));
    if (!said || raw === null) return false;
    if (asList(raw['configOptions'])) this.#options = mapObjects(raw['configOptions'], mapOption);
    const modes = asObject(raw['modes']);
    if (modes) this.#mode = legacy('mode', 'Mode', modes['availableModes'], 'id', modes['currentModeId']);
    const models = asObject(raw['models']);
    if (models)
      this.#model = legacy('model', 'Model', models['availableModels'], 'modelId', models['currentModelId']);
    return true;
  }

  /** The agent changed its mode; false when no mode is known. */
  setMode(value: string): boolean {
    const current = this.find('mode');
    if (!current) return false;
    this.#replace({ ...current, currentValue: value });
    return true;
  }

  /** A choice that was accepted without an answer that lists all. */
  set(id: string, value: string | boolean): void {
    const current = this.list().find((option) => option.id === id);
    if (current) this.#replace({ ...current, currentValue: value });
  }

  /** Everything that can be chosen, with what is in force. */
  list(): ConfigOption[] {
    const legacyOnes = [this.#mode, this.#model].filter((option) => option !== null);
    const missing = legacyOnes.filter(
      ({ id }) => !this.#options.some((option) => option.id === id || option.category === id),
    );
    return [...missing, ...this.#options];
  }

  /** The option for a purpose: by id, else by category. A category may hold more than one (a provider beside the model). */
  find(purpose: string): ConfigOption | undefined {
    const all = this.list();
    return all.find((option) => option.id === purpose) ?? all.find((option) => option.category === purpose);
  }

  /** Which request sets the option. */
  door(option: ConfigOption): OptionDoor {
    if (this.#options.some(({ id }) => id === option.id)) return 'set_config_option';
    return option.id === 'mode' ? 'set_mode' : 'set_model';
  }

  #replace(changed: ConfigOption): void {
    const swap = (option: ConfigOption): ConfigOption => (option.id === changed.id ? changed : option);
    this.#options = this.#options.map(swap);
    this.#mode &&= swap(this.#mode);
    this.#model &&= swap(this.#model);
  }
}

function mapOption(raw: RawObject): ConfigOption | null {
  const id = asString(raw['id']);
  const current = raw['currentValue'];
  if (id === null || (typeof current !== 'string' && typeof current !== 'boolean')) return null;
  const type = raw['type'] === 'boolean' || typeof current === 'boolean' ? 'boolean' : 'select';
  return {
    id,
    name: asString(raw['name']) ?? id,
    ...optional('description', asString(raw['description'])),
    ...optional('category', asString(raw['category'])),
    type,
    currentValue: current,
    choices: type === 'boolean' ? [] : choicesOf(raw['options']),
  };
}

/** A flat list, or one in groups. */
function choicesOf(value: unknown): Choice[] {
  return (asList(value) ?? []).flatMap((item) => {
    const raw = asObject(item);
    if (raw === null) return [];
    if (asList(raw['options']) === null) return mapChoice(raw) ?? [];
    const group = asString(raw['name']) ?? asString(raw['group']);
    return mapObjects(raw['options'], (inner) => mapChoice(inner, group));
  });
}

function mapChoice(raw: RawObject, group: string | null = null): Choice | null {
  const value = asString(raw['value']);
  if (value === null) return null;
  const description = asString(raw['description']);
  return {
    value,
    name: asString(raw['name']) ?? value,
    ...optional('description', description),
    ...optional('group', group),
  };
}

function legacy(id: string, name: string, list: unknown, key: string, current: unknown): ConfigOption | null {
  const currentValue = asString(current);
  if (currentValue === null) return null;
  const choices = mapObjects(list, (raw) => mapChoice({ ...raw, value: raw[key] }));
  return { id, name, category: id, type: 'select', currentValue, choices };
}
