import type { QuestionField, QuestionOutcome, QuestionRequest } from '@pilotlight/protocol';
import { asList, asObject, asString, at, mapObjects, type RawObject } from './raw-values.ts';

/** A form of `elicitation/create` as questions; null for what is no form or has no field. */
export function questionRequest(params: RawObject): QuestionRequest | null {
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
  if (outcome.action !== 'accept') return { action: outcome.action };
  const properties = asObject(at(params, ['requestedSchema', 'properties'])) ?? {};
  const content = Object.entries(outcome.answers).flatMap(([id, values]) => {
    const raw = asObject(properties[id]);
    const value = raw === null ? undefined : typed(raw, values);
    return value === undefined ? [] : [[id, value] as const];
  });
  return { action: 'accept', content: Object.fromEntries(content) };
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
  return {
    id,
    title,
    question: asString(raw['description']) ?? title,
    choices,
    multiple,
    custom: choices.length === 0,
    required,
  };
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
