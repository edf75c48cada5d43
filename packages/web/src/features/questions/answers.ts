import {
  checkAnswers,
  type Permission,
  type PermissionOption,
  type QuestionField,
} from '@pilotlight/protocol';

const ORDER: PermissionOption['kind'][] = ['allow_once', 'allow_always', 'reject_once', 'reject_always'];

/** The options as they are numbered: allow before reject, once before always. */
export function inOrder(options: readonly PermissionOption[]): PermissionOption[] {
  return options.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

export function isRefusal({ kind }: PermissionOption): boolean {
  return kind === 'reject_once' || kind === 'reject_always';
}

export function isAlways({ kind }: PermissionOption): boolean {
  return kind === 'allow_always' || kind === 'reject_always';
}

/** One field that one press answers. */
export function isOneChoice({ fields }: Permission): boolean {
  const [field] = fields;
  return fields.length === 1 && field !== undefined && field.choices.length > 0 && !field.multiple;
}

/** What was entered for one field. */
export interface Entered {
  picked: readonly string[];
  /** in the text field: the whole answer, or what stands beside the choices */
  written: string;
}

export const NOTHING_ENTERED: Entered = { picked: [], written: '' };

export type FormValues = Readonly<Record<string, Entered>>;

/** A choice pressed: it goes in or out where several may be chosen, else it replaces what was there. */
export function press(field: QuestionField, entered: Entered, value: string): Entered {
  const isIn = entered.picked.includes(value);
  if (!field.multiple) return { picked: [value], written: '' };
  const picked = isIn ? entered.picked.filter((each) => each !== value) : [...entered.picked, value];
  // As the agent listed them.
  const order = field.choices.map((choice) => choice.value);
  return { ...entered, picked: picked.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)) };
}

/** Another answer typed: where one is wanted it replaces the choice. */
export function write(field: QuestionField, entered: Entered, written: string): Entered {
  const replaces = !field.multiple && field.choices.length > 0 && written !== '';
  return { picked: replaces ? [] : entered.picked, written };
}

export function answersOf(fields: readonly QuestionField[], values: FormValues): Record<string, string[]> {
  return Object.fromEntries(
    fields.flatMap(({ id }) => {
      const { picked, written } = values[id] ?? NOTHING_ENTERED;
      const all = [...picked, ...(written.trim() === '' ? [] : [written.trim()])];
      return all.length === 0 ? [] : [[id, all] as const];
    }),
  );
}

/** What is wrong with the answers, as the server would say it: field id → what, in the order of the fields. */
export function problemsOf(
  fields: readonly QuestionField[],
  values: FormValues,
): ReadonlyMap<string, string> {
  return new Map(
    checkAnswers(fields, answersOf(fields, values)).map(({ field, message }) => [field, message]),
  );
}

/** What stands in a form before anybody answers. */
export function initialValues(fields: readonly QuestionField[]): FormValues {
  return Object.fromEntries(
    fields.flatMap(({ id, choices, initial = [] }) => {
      const picked = initial.filter((value) => choices.some((choice) => choice.value === value));
      const written = choices.length === 0 ? (initial[0] ?? '') : '';
      return picked.length === 0 && written === '' ? [] : [[id, { picked, written }] as const];
    }),
  );
}
