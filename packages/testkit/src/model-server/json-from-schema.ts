import { asArray, asObject, asString, type JsonObject } from './loose-json.ts';

const MAX_DEPTH = 12;

/**
 * A small value that conforms to a JSON schema: constants and first choices are taken, required properties are filled,
 * optional ones left out. Google's upper-case type names are understood too.
 */
export function jsonFromSchema(schema: JsonObject, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema['const'];
  const choice = asArray(schema['enum'])[0];
  if (choice !== undefined) return choice;
  const variant = asArray(schema['anyOf'])[0] ?? asArray(schema['oneOf'])[0];
  if (variant !== undefined) return jsonFromSchema(asObject(variant), depth + 1);
  switch (schemaType(schema)) {
    case 'object':
      return objectFromSchema(schema, depth);
    case 'array':
      return arrayFromSchema(schema, depth);
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1;
    case 'null':
      return null;
    default:
      return 'sample';
  }
}

/** The first type of a schema in lower case that is not null; a schema without one is an object or a string. */
export function schemaType(schema: JsonObject): string {
  const declared = Array.isArray(schema['type'])
    ? asArray(schema['type']).find((type) => type !== 'null')
    : schema['type'];
  return (asString(declared) ?? (schema['properties'] === undefined ? 'string' : 'object')).toLowerCase();
}

function objectFromSchema(schema: JsonObject, depth: number): JsonObject {
  const properties = asObject(schema['properties']);
  const names =
    schema['required'] === undefined ? Object.keys(properties) : asArray(schema['required']).map(String);
  return Object.fromEntries(
    names.map((name) => [name, jsonFromSchema(asObject(properties[name]), depth + 1)]),
  );
}

function arrayFromSchema(schema: JsonObject, depth: number): unknown[] {
  const length = Number(schema['minItems'] ?? 0);
  return Array.from({ length }, () => jsonFromSchema(asObject(schema['items']), depth + 1));
}
