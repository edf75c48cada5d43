import type { QuestionField } from './provider-types.ts';

/** What is wrong with the answer of one field. */
export interface AnswerProblem {
  field: string;
  message: string;
}

/** A pattern an agent sends may take for ever on a long text. */
const MAX_PATTERN_TEXT = 1000;

/** Whether answers fit the form that asked for them; an empty list when they do. */
export function checkAnswers(
  fields: readonly QuestionField[],
  answers: Readonly<Record<string, readonly string[]>>,
): AnswerProblem[] {
  const known = new Set(fields.map(({ id }) => id));
  const strange = Object.keys(answers).filter((id) => !known.has(id));
  return [
    ...fields.flatMap((field) => {
      const message = problemOf(field, answers[field.id] ?? []);
      return message === null ? [] : [{ field: field.id, message }];
    }),
    ...strange.map((field) => ({ field, message: 'is no field of this form' })),
  ];
}

function problemOf(field: QuestionField, values: readonly string[]): string | null {
  if (values.length === 0) return field.required ? 'wants an answer' : null;
  if (!field.multiple && values.length > 1) return 'takes one answer';
  const { minItems, maxItems } = field.limits ?? {};
  if (minItems !== undefined && values.length < minItems) return `wants at least ${minItems} answers`;
  if (maxItems !== undefined && values.length > maxItems) return `takes at most ${maxItems} answers`;
  for (const value of values) {
    const problem = valueProblem(field, value);
    if (problem !== null) return problem;
  }
  return null;
}

function valueProblem(field: QuestionField, value: string): string | null {
  const { choices, custom, required } = field;
  if (choices.some((choice) => choice.value === value)) return null;
  if (!custom) return `takes one of: ${choices.map((choice) => choice.value).join(', ')}`;
  if (required && value.trim() === '') return 'wants an answer';
  switch (field.type ?? 'text') {
    case 'number':
    case 'integer':
      return numberProblem(field, value);
    case 'boolean':
      return value === 'true' || value === 'false' ? null : 'takes true or false';
    case 'text':
      return textProblem(field, value);
  }
}

function numberProblem({ type, limits = {} }: QuestionField, value: string): string | null {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return 'takes a number';
  if (type === 'integer' && !Number.isInteger(number)) return 'takes a whole number';
  if (limits.minimum !== undefined && number < limits.minimum) return `must be at least ${limits.minimum}`;
  if (limits.maximum !== undefined && number > limits.maximum) return `must be at most ${limits.maximum}`;
  return null;
}

const FORMATS = {
  email: { fits: (text: string) => /^[^\s@]+@[^\s@]+$/.test(text), name: 'an email address' },
  uri: { fits: (text: string) => URL.canParse(text), name: 'an address such as https://example.com' },
  date: { fits: isDate, name: 'a date such as 2026-01-31' },
  'date-time': {
    fits: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
    name: 'a time such as 2026-01-31T12:00:00Z',
  },
} as const;

function textProblem({ limits = {} }: QuestionField, value: string): string | null {
  const length = [...value].length;
  if (limits.minLength !== undefined && length < limits.minLength)
    return `wants at least ${limits.minLength} characters`;
  if (limits.maxLength !== undefined && length > limits.maxLength)
    return `takes at most ${limits.maxLength} characters`;
  const format = limits.format === undefined ? undefined : FORMATS[limits.format];
  if (format !== undefined && !format.fits(value)) return `takes ${format.name}`;
  if (limits.pattern !== undefined && !fitsPattern(limits.pattern, value))
    return `must match ${limits.pattern}`;
  return null;
}

/** A pattern that cannot be read, or a text too long to try it on, is left to the agent to judge. */
function fitsPattern(pattern: string, value: string): boolean {
  if (value.length > MAX_PATTERN_TEXT) return true;
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
