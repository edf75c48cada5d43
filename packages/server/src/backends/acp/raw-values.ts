/** What arrives from an agent: nothing about its shape is promised. */
export type RawObject = Record<string, unknown>;

export function asObject(value: unknown): RawObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawObject) : null;
}

export function asString(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function asList(value: unknown): unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** The value behind a path of keys, undefined when a part of it is missing. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => asObject(inner)?.[key], value);
}

/** The objects of a list, each as `make` takes it; what it answers null to is left out. */
export function mapObjects<T>(value: unknown, make: (object: RawObject) => T | null): T[] {
  return (asList(value) ?? []).flatMap((item) => {
    const object = asObject(item);
    const made = object === null ? null : make(object);
    return made === null ? [] : [made];
  });
}

const depthLimit = 64;

/** The value when it is not nested too deep to be walked and written by anybody behind us, else a word in its place. */
export function bounded(value: unknown): unknown {
  return typeof value !== 'object' || value === null || isShallow(value, depthLimit)
    ? value
    : '[nested too deep]';
}

function isShallow(value: object, left: number): boolean {
  if (left === 0) return false;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !isShallow(inner as object, left - 1)) return false;
  }
  return true;
}
