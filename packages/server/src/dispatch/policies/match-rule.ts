import type { NewPolicyRule, PermissionSubject, SubjectPath, ToolKind } from '@pilotlight/protocol';
import { parseShellLine, type ShellCommand } from './shell-line.ts';
import { isGitsOwn } from './subject-paths.ts';
import { matchesCommand, matchesPath } from './wildcard.ts';

/** `unknown`: it cannot be told whether the rule speaks of it. */
export type Match = 'yes' | 'no' | 'unknown';

/** One thing of a request that rules are applied to by itself: one command of a line, or one path. */
export interface Item {
  agent: string;
  kind: ToolKind;
  /** null: it runs nothing, or nobody said what */
  command: ShellCommand | null;
  /** of a command all that its line touches; else the one path, or none when it is not known */
  paths: readonly SubjectPath[];
  folder: string;
  /** false: more may be meant than is said here */
  complete: boolean;
}

/** Kinds that always touch files, whether or not the agent says which. */
const TOUCHING: ReadonlySet<ToolKind> = new Set(['read', 'edit', 'delete', 'move', 'search', 'other']);

/** Programs that run what their words say: what a rule forbids may hide behind them. */
const WRAPPERS = new Set(
  'sudo doas su env xargs nohup nice time timeout exec eval command builtin source . sh bash zsh dash fish ksh busybox'.split(
    ' ',
  ),
);

/** Every item must be allowed for the request to be. */
export function itemsOf(subject: PermissionSubject, agent: string): Item[] {
  const { kind, folder, paths, commands, complete } = subject;
  const base = { agent, kind, folder };
  if (kind !== 'execute') {
    const each = paths.length === 0 ? [[]] : paths.map((path) => [path]);
    return each.map((one) => ({ ...base, command: null, paths: one, complete }));
  }
  const lines = commands.map(parseShellLine);
  const understood = complete && lines.every((line) => line.understood);
  const found = lines.flatMap((line) => line.commands);
  // Going to a folder of the worktree does nothing by itself; where to is among the paths.
  const doing = found.filter((command) => !isStep(command));
  const all = doing.length > 0 ? doing : found;
  if (all.length === 0) return [{ ...base, command: null, paths, complete: false }];
  return all.map((command) => ({ ...base, command, paths, complete: understood }));
}

/** `cd folder && …` */
export function isStep({ words, separator, redirects }: ShellCommand): boolean {
  const [program, folder, ...more] = words;
  return (
    program === 'cd' &&
    folder !== undefined &&
    !folder.startsWith('-') &&
    more.length === 0 &&
    separator === '&&' &&
    redirects.length === 0
  );
}

/**
 * A rule that allows reads words strictly and takes nothing for granted; one that asks or denies reads them generously, and
 * may apply also to what is not understood.
 */
export function matchRule(rule: NewPolicyRule, item: Item): Match {
  if (rule.agent !== undefined && rule.agent !== item.agent) return 'no';
  if (rule.kind !== undefined && rule.kind !== item.kind) return 'no';
  const found = new Set([matchCommand(rule, item), matchPaths(rule, item)]);
  if (found.has('no')) return 'no';
  return found.has('unknown') ? 'unknown' : 'yes';
}

function matchCommand({ action, command: pattern }: NewPolicyRule, { kind, command, complete }: Item): Match {
  if (pattern === undefined) return 'yes';
  if (kind !== 'execute') return 'no';
  if (command === null) return 'unknown';
  if (action === 'allow') {
    if (!complete || command.redirects.length > 0) return 'unknown';
    return matchesCommand(pattern, command.text, 'strict') ? 'yes' : 'no';
  }
  if (spellings(command).some((text) => matchesCommand(pattern, text, 'generous'))) return 'yes';
  return complete && !WRAPPERS.has(programOf(command.words)) ? 'no' : 'unknown';
}

function matchPaths({ action, path: pattern }: NewPolicyRule, item: Item): Match {
  if (pattern === undefined) return 'yes';
  const { kind, paths, folder, complete } = item;
  if (action === 'allow') {
    if (kind === 'execute' || paths.length === 0 || !complete) return 'unknown';
    if (paths.some(isGitsOwn) && !pattern.includes('.git')) return 'unknown';
    return paths.every(({ real }) => matchesPath(pattern, { path: real, folder }, 'strict')) ? 'yes' : 'no';
  }
  const isMatched = paths.some(({ path, real }) =>
    [path, real].some((each) => matchesPath(pattern, { path: each, folder }, 'generous')),
  );
  if (isMatched) return 'yes';
  if (kind === 'execute') return complete ? 'no' : 'unknown';
  return complete && (paths.length > 0 || !TOUCHING.has(kind)) ? 'no' : 'unknown';
}

/** A command as it is written, without what is set before it, and by the bare name of its program. */
function spellings({ words, text }: ShellCommand): string[] {
  const bare = words.slice(assignments(words));
  const [program = '', ...rest] = bare;
  const named = [program.split('/').at(-1) ?? '', ...rest];
  return [text, words.join(' '), bare.join(' '), named.join(' ')];
}

function assignments(words: readonly string[]): number {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*\+?=/.test(word));
  return first < 0 ? words.length : first;
}

export function programOf(words: readonly string[]): string {
  return words[assignments(words)]?.split('/').at(-1) ?? '';
}
