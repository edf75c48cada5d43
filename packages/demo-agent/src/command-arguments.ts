import { invalidParams } from './rpc-error.ts';

/** The argument of a slash command as a whole number. */
export function number(argument: string, command: string): number {
  const value = Number(argument.trim() || Number.NaN);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw invalidParams(`demo agent: /${command} needs a whole number, not “${argument}”`);
  }
  return value;
}

/** The argument, or part of it, that a slash command cannot do without. */
export function required(argument: string | undefined, command: string, what: string): string {
  if (!argument) throw invalidParams(`demo agent: /${command} needs ${what}`);
  return argument;
}
