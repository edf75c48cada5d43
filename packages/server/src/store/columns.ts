import type { Row } from './database.ts';

/** Readers of single columns. The schema is STRICT, so a column has the type its CREATE TABLE says. */

export function text(row: Row, column: string): string {
  return row[column] as string;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] as string | null;
}

export function number(row: Row, column: string): number {
  return row[column] as number;
}

export function numberOrNull(row: Row, column: string): number | null {
  return row[column] as number | null;
}

/** A column with one of a few words, kept to them by a CHECK. */
export function word<T extends string>(row: Row, column: string): T {
  return row[column] as T;
}

export function wordOrNull<T extends string>(row: Row, column: string): T | null {
  return row[column] as T | null;
}

export function json<T>(row: Row, column: string): T {
  return JSON.parse(row[column] as string) as T;
}

export function jsonOrNull<T>(row: Row, column: string): T | null {
  const value = row[column] as string | null;
  return value === null ? null : (JSON.parse(value) as T);
}

export function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
