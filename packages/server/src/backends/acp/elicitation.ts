import type { QuestionField, QuestionOutcome, QuestionRequest } from '@pilotlight/protocol';
import { asList, asObject, asString, at, mapObjects, type RawObject } from './raw-values.ts';

/** A form of `elicitation/create` as questions, or its page to open; null for anything else and a form without a field. */
export function questionRequest(params: RawObject): QuestionRequest | null {
  if (params['mode'] === 'url') return pageRequest(params);
  if (params['mode'] !== undefined && params['mode'] !== 'form') return null;
  const properties = asObject(at(params, ['requestedSchema', 'properties']));
  if (properties === null) return null;
  const required = new Set(asList(at(params, ['requestedSchema', 'required'])) ?? []);
  const fields = Object.entries(properties).flatMap(([id, schema]) => {
    const raw = asObject(schema);
    return raw === null ? [] : [field(id, raw, required.has(id))];
  });
  if (fields.length === 0) return null;
  return { message: asString(params['message']) ?? '', fields, toolCallId: asString(params['toolCallId']) };
}

/** The answer with values of the types that the form asks for. */
export function elicitationAnswer(params: RawObject, outcome: QuestionOutcome): unknown {
  if (outcome.action !== 'accept' || params['mode'] === 'url') return { action: outcome.action };
  const properties = asObject(at(params, ['requestedSchema', 'properties'])) ?? {};
  const content = Object.entries(outcome.answers).flatMap(([id, values]) => {
    const raw = asObject(properties[id]);
    const value = raw === null ? undefined : typed(raw, values);
    return value === undefined ? [] : [[id, value] as const];
  });
  return { action: 'accept', content: Object.fromEntries(content) };
}

/** Only pages of the web: any other address could do something in the user's name by being opened. */
function pageRequest(params: RawObject): QuestionRequest | null {
  const url = asString(params['url']) ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null;
  return {
    message: asString(params['message']) ?? 'Open this page, then go on.',
    fields: [],
    url,
    toolCallId: asString(params['toolCallId']),
  };
}

function field(id: string, raw: RawObject, required: boolean): QuestionField {
  const multiple = raw['type'] === 'array';
  const source = multiple ? (asObject(raw['items']) ?? {}) : raw;
  const title = asString(raw['title']) ?? id;
  const choices =
    raw['type'] === 'boolean'
      ? [
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]
      : choicesOf(source);
  const initial = initialOf(raw['default']);
  const limits = limitsOf(raw, source);
  return {
    id,
    title,
    question: asString(raw['description']) ?? title,
    choices,
    multiple,
    custom: choices.length === 0,
    required,
    ...(choices.length > 0 ? {} : { type: typeOf(source['type']) }),
    ...(limits === null ? {} : { limits }),
    ...(initial === null ? {} : { initial }),
  };
}

function typeOf(type: unknown): NonNullable<QuestionField['type']> {
  return type === 'number' || type === 'integer' ? type : 'text';
}

const NUMBERS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;
const FORMATS = ['email', 'uri', 'date', 'date-time'] as const;

function limitsOf(raw: RawObject, source: RawObject): NonNullable<QuestionField['limits']> | null {
  const limits: NonNullable<QuestionField['limits']> = {};
  for (const name of NUMBERS) {
    const value = raw[name] ?? source[name];
    if (typeof value === 'number' && Number.isFinite(value)) limits[name] = value;
  }
  const pattern = asString(source['pattern']);
  if (pattern !== null) limits.pattern = pattern;
  const format = FORMATS.find((name) => name === source['format']);
  if (format !== undefined) limits.format = format;
  return Object.keys(limits).length === 0 ? null : limits;
}

function initialOf(value: unknown): string[] | null {
  const list = Array.isArray(value) ? value : [value];
  const isPlain = list.every((each) => ['string', 'number', 'boolean'].includes(typeof each));
  return isPlain && list.length > 0 ? list.map(String) : null;
}

function choicesOf(source: RawObject): QuestionField['choices'] {
  const named = mapObjects(source['oneOf'] ?? source['anyOf'], (raw) => {
    const value = asString(raw['const']);
    const description = asString(raw['description']);
    if (value === null) return null;
    return {
      value,
      label: asString(raw['title']) ?? value,
      ...(description === null ? {} : { description }),
    };
  });
  if (named.length > 0) return named;
  const names = asList(source['enumNames']);
  return (asList(source['enum']) ?? []).flatMap((value, index) =>
    typeof value === 'string' ? [{ value, label: asString(names?.[index]) ?? value }] : [],
  );
}

function typed(raw: RawObject, values: string[]): unknown {
  const [first] = values;
  if (raw['type'] === 'array') return values;
  if (first === undefined) return undefined;
  if (raw['type'] === 'boolean') return first === 'true';
  if (raw['type'] === 'number' || raw['type'] === 'integer') return Number(first);
  return first;
}
