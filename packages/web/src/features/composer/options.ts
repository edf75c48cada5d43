import type { Chat, ConfigOption, UpdateChat } from '@pilotlight/protocol';

export type OptionValue = string | boolean;

/** What was asked for and not yet reported as in force, by option id. */
export type Asked = Readonly<Record<string, OptionValue>>;

/** What the server keeps as chosen for one agent of a chat. */
export type Chosen = NonNullable<Chat['choices']>[string];

export interface ShownOption {
  option: ConfigOption;
  /** in force; null while no agent session says so */
  inForce: OptionValue | null;
  /** comes into force with the next prompt; null when nothing else was asked for */
  asked: OptionValue | null;
}

const ORDER = ['model', 'mode', 'thought_level'];

/** The options in the order of the pickers: model, mode, thinking level, then the agent's own ones as it lists them. */
export function ordered(options: readonly ConfigOption[]): ConfigOption[] {
  const rank = (option: ConfigOption): number => {
    const at = ORDER.findIndex((purpose) => option === optionFor(options, purpose));
    return at < 0 ? ORDER.length : at;
  };
  return options.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether the option has a picker of its own; the others share one. */
export function isPrimary(options: readonly ConfigOption[], option: ConfigOption): boolean {
  return option.type === 'select' && ORDER.some((purpose) => option === optionFor(options, purpose));
}

/** As the server finds it: by id, else the first of the category. */
export function optionFor(options: readonly ConfigOption[], purpose: string): ConfigOption | undefined {
  return options.find(({ id }) => id === purpose) ?? options.find(({ category }) => category === purpose);
}

export function shown(option: ConfigOption, isInForce: boolean, asked: OptionValue | undefined): ShownOption {
  const inForce = isInForce ? option.currentValue : null;
  return { option, inForce, asked: asked === undefined || asked === inForce ? null : asked };
}

/** What to ask the server for. Model and mode have names of their own there. */
export function choiceOf(
  options: readonly ConfigOption[],
  option: ConfigOption,
  value: OptionValue,
): NonNullable<UpdateChat['choice']> {
  for (const purpose of ['model', 'mode'] as const) {
    if (option === optionFor(options, purpose) && typeof value === 'string') return { [purpose]: value };
  }
  return { options: { [option.id]: value } };
}

/** What the server keeps as chosen, by option id; `choiceOf` the other way round. */
export function askedOf(
  options: readonly ConfigOption[],
  { model, mode, options: others = {} }: Chosen,
): Asked {
  const named = { model, mode };
  const purposes = Object.entries(named).flatMap(([purpose, value]) => {
    const option = optionFor(options, purpose);
    return option === undefined || value === undefined ? [] : [[option.id, value] as const];
  });
  return { ...Object.fromEntries(purposes), ...others };
}

/** What is still asked for once the agent reported its options: all that did not come into force. */
export function stillAsked(asked: Asked, options: readonly ConfigOption[]): Asked {
  const open = Object.entries(asked).filter(
    ([id, value]) => options.find((option) => option.id === id)?.currentValue !== value,
  );
  return open.length === Object.keys(asked).length ? asked : Object.fromEntries(open);
}

/** The name of a value; the value itself where the agent lists it no more. */
export function valueName(option: ConfigOption, value: OptionValue): string {
  return option.choices.find((choice) => choice.value === value)?.name ?? String(value);
}
