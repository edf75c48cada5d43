import type { PermissionSubject, PolicyMode, SubjectPath, ToolKind } from '@pilotlight/protocol';
import { itemsOf, programOf } from './match-rule.ts';
import { isGitsOwn, isInside, isPathLike } from './subject-paths.ts';

const EDITS: ReadonlySet<ToolKind> = new Set(['read', 'search', 'edit']);
const CHANGES: ReadonlySet<ToolKind> = new Set([...EDITS, 'delete', 'move']);

/**
 * Programs whose purpose is to reach further than their words say: other machines, other users, other programs. With the
 * words of a command no more can be seen than what it names; this is a convenience and no sandbox.
 */
const FAR_REACHING = new Set(
  (
    'sudo doas su env xargs nohup exec eval command builtin source . sh bash zsh dash fish ksh busybox ssh scp sftp rsync ' +
    'curl wget nc ncat telnet docker podman kubectl systemctl crontab at kill killall pkill mount dd mkfs chown awk gawk mawk'
  ).split(' '),
);

/** Programs that run code they are handed as a word, and the words that do it. */
const INTERPRETERS = /^(node|deno|bun|python[\d.]*|perl|ruby|php|lua)$/;
const CODE = /^(-\w*[ceprE]|--eval|--print)/;

/** Whether a mode allows a request that no rule speaks of. */
export function allowedByMode(mode: PolicyMode, subject: PermissionSubject): boolean {
  switch (mode) {
    case 'ask':
      return false;
    case 'allow_all':
      return true;
    case 'accept_edits':
      return EDITS.has(subject.kind) && staysInside(subject);
    case 'allow_in_worktree':
      return subject.kind === 'execute'
        ? runsInside(subject)
        : CHANGES.has(subject.kind) && staysInside(subject);
  }
}

/** All it touches is known and in the worktree, and nothing of it is git's own. */
function staysInside({ complete, paths }: PermissionSubject): boolean {
  return complete && paths.length > 0 && paths.every(isOrdinary);
}

function runsInside(subject: PermissionSubject): boolean {
  const items = itemsOf(subject, '');
  return (
    subject.paths.every(isOrdinary) && items.every((item) => item.complete && isTame(item.command?.words))
  );
}

function isOrdinary(path: SubjectPath): boolean {
  return isInside(path) && !isGitsOwn(path);
}

function isTame(words: readonly string[] | undefined): boolean {
  if (words === undefined) return false;
  const [program = '', ...rest] = words;
  // `A=b program`: what is set may change what runs.
  if (program.includes('=') || program === 'cd' || FAR_REACHING.has(programOf(words))) return false;
  if (program === 'git' && rest.some((word) => ['push', 'config', '-c'].includes(word))) return false;
  if (INTERPRETERS.test(programOf(words)) && rest.some((word) => CODE.test(word))) return false;
  // `npx https://…`: an address reads as a path of the worktree and is none.
  if (words.some((word) => word.includes('://'))) return false;
  return rest.every((word) => !/^-(exec|ok)/.test(word) && (!/[/~]|\.\./.test(word) || isPathLike(word)));
}
