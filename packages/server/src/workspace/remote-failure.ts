import { PilotlightError } from '@pilotlight/protocol';

/** Why a remote did not do what was asked. */
export type RemoteFailureReason =
  | 'sign_in'
  | 'host_key'
  | 'unreachable'
  | 'not_found'
  | 'protocol'
  | 'rejected'
  | 'too_slow'
  | 'other';

interface Rule {
  reason: RemoteFailureReason;
  pattern: RegExp;
  advice: string;
}

/** The first that fits says what happened. git speaks plain C here, whatever the user's language. */
const RULES: readonly Rule[] = [
  {
    reason: 'protocol',
    pattern: /transport '.*' not allowed/,
    advice: 'Only https, http, ssh and folders of this machine are reached. Give the remote such an address.',
  },
  {
    reason: 'host_key',
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    advice:
      'This machine does not know that host yet. Connect to it once with ssh in a terminal and check its key.',
  },
  {
    reason: 'sign_in',
    pattern:
      /Authentication failed|could not read Username|could not read Password|terminal prompts disabled|Permission denied \(|HTTP 40[13]|returned error: 40[13]/,
    advice:
      'Nothing asks for a password here. Sign in once in a terminal (a credential helper of your account, `gh auth setup-git`, or an ssh key in the agent) and try again.',
  },
  {
    reason: 'rejected',
    pattern: /\[(?:remote )?rejected\]|^!\s/m,
    advice:
      'The remote has what this branch does not have, or does not allow the change. Fetch and look at it first.',
  },
  {
    reason: 'not_found',
    pattern:
      /couldn't find remote ref|repository '.*' not found|Repository not found|does not appear to be a git repository|does not exist|returned error: 404/,
    advice: 'Check the name and the address of the remote (`git remote -v`), and that you may see it.',
  },
  {
    reason: 'unreachable',
    pattern:
      /Could not resolve host|Failed to connect|Connection refused|Connection timed out|unable to access|Could not read from remote|hung up unexpectedly/,
    advice: 'Check the network and the address of the remote (`git remote -v`).',
  },
];

const OTHER_ADVICE = 'Run the same in a terminal to see more.';
const LINES_SHOWN = 4;

/** What was asked of a remote and did not happen, as the error that says why and what to do. */
export function remoteFailure(
  { command, remote }: { command: string; remote: string },
  cwd: string,
  cause: unknown,
): PilotlightError {
  if (cause instanceof PilotlightError)
    return cause.code === 'git_failed' ? slow(command, remote, cwd, cause) : cause;
  const {
    stdout = '',
    stderr = '',
    exitCode,
  } = cause as { stdout?: string; stderr?: string; exitCode?: number };
  const said = `${stderr}\n${command === 'push' ? stdout : ''}`;
  const rule = RULES.find(({ pattern }) => pattern.test(said));
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^(hint:|To |Done)/.test(line));
  const shown = withoutPasswords(lines.slice(-LINES_SHOWN).join('\n')) || '(no message)';
  return new PilotlightError(
    'remote_failed',
    `git ${command} with the remote "${withoutPasswords(remote)}" in ${cwd} failed: ${shown}\n${rule?.advice ?? OTHER_ADVICE}`,
    { details: { command, cwd, exitCode, reason: rule?.reason ?? 'other' } },
  );
}

function slow(command: string, remote: string, cwd: string, cause: PilotlightError): PilotlightError {
  if (!('timeoutMs' in (cause.details ?? {}))) return cause;
  return new PilotlightError(
    'remote_failed',
    `git ${command} with the remote "${withoutPasswords(remote)}" in ${cwd} took too long and was stopped. Check the network, or run it in a terminal and try again.`,
    { details: { command, cwd, reason: 'too_slow' satisfies RemoteFailureReason }, cause },
  );
}

/** An address may carry one: `https://user:password@host`. */
function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/)[^/\s@]+@/g, '$1');
}
