import { PilotlightError } from '@pilotlight/protocol';
import type { AnswerPermission, Permission, PermissionOption } from '@pilotlight/protocol';

/** What to do with every request of a turn, when nobody is asked. */
export type PermissionPolicy = 'allow' | 'reject' | 'wait';

/** The answer a policy gives, or null when it has none (a question cannot be allowed). */
export function answerByPolicy(permission: Permission, policy: PermissionPolicy): AnswerPermission | null {
  if (policy === 'wait') return null;
  if (permission.kind === 'question') return policy === 'reject' ? { declined: true, by: 'cli' } : null;
  const option =
    permission.options.find(({ kind }) => kind === `${policy}_once`) ??
    permission.options.find(({ kind }) => kind === `${policy}_always`);
  return option === undefined ? null : { optionId: option.optionId, by: 'cli' };
}

/** The option that was meant by its number (from 1), its id, or `allow` and `reject`. @throws PilotlightError `invalid_request` */
export function chooseOption(permission: Permission, word: string): PermissionOption {
  const { options } = permission;
  const found =
    options.find((option) => option.optionId === word) ??
    options[/^\d+$/.test(word) ? Number(word) - 1 : -1] ??
    options.find((option) => option.kind === `${word}_once` || option.kind === word);
  if (found !== undefined) return found;
  const known = options.map((option, index) => `${index + 1} (${option.optionId})`).join(', ');
  throw new PilotlightError('invalid_request', `"${word}" is none of the options: ${known}`);
}

/** `field=value` pairs as answers; a field named twice has two values. @throws PilotlightError `invalid_request` */
export function parseFields(pairs: readonly string[]): Record<string, string[]> {
  const answers: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new PilotlightError('invalid_request', `"${pair}" is not of the form field=value`);
    (answers[pair.slice(0, at)] ??= []).push(pair.slice(at + 1));
  }
  return answers;
}
