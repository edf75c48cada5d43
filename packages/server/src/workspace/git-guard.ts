/**
 * What keeps a repository's own configuration from running code in our name.
 *
 * A repository that somebody handed over (an archive, a shared folder) carries `.git/config`, and many of its keys name
 * programs. Three layers hold them off:
 *
 * 1. `FIXED_CONFIG`: keys with one known name, always overridden.
 * 2. `overridesFor`: keys with a free part (`filter.<name>.clean`), overridden by the names found in the repository. What
 *    the user says in the global or system configuration is the user's own wish and is put back (a Git LFS set up once for
 *    the whole account goes on working).
 * 3. The environment: no transport at all (`GIT_ALLOW_PROTOCOL` empty), so no lazy fetch of a partial clone starts a
 *    program named by `remote.<name>.uploadpack`; and nothing inherited that points git at another repository.
 *
 * Overrides travel as GIT_CONFIG_KEY_n / GIT_CONFIG_VALUE_n and not as `-c key=value`: `-c` splits at the first `=`, and
 * a driver may be called `a=b`.
 *
 * What this does not hold off: a program that rewrites the configuration between our reading and git's. Whoever can do
 * that already runs code as this user.
 */

export type ConfigEntry = readonly [key: string, value: string];

/** One entry of `git config --list --show-scope -z`. */
export interface ScopedEntry {
  scope: string;
  key: string;
  value: string;
}

/** Overridden on every run. The second half keeps output parseable and side effects away rather than code. */
const FIXED_CONFIG: readonly ConfigEntry[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.editor', 'false'],
  ['sequence.editor', 'false'],
  ['core.askPass', ''],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.alternateRefsCommand', ''],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['interactive.diffFilter', ''],
  ['protocol.allow', 'never'],
  ['protocol.ext.allow', 'never'],
  ['commit.gpgSign', 'false'],
  ['tag.gpgSign', 'false'],
  ['log.showSignature', 'false'],
  ['gpg.program', 'false'],
  ['gpg.openpgp.program', 'false'],
  ['gpg.x509.program', 'false'],
  ['gpg.ssh.program', 'false'],
  ['gpg.ssh.defaultKeyCommand', ''],
  ['gc.recentObjectsHook', ''],
  ['lfs.standalonetransferagent', ''],
  ['safe.bareRepository', 'explicit'],

  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['push.gpgSign', 'false'],
  ['status.showUntrackedFiles', 'all'],
  ['status.submoduleSummary', 'false'],
  ['diff.submodule', 'short'],
  ['color.ui', 'false'],
  ['color.diff', 'false'],
  ['color.status', 'false'],
  ['color.branch', 'false'],
  ['advice.detachedHead', 'false'],
  ['rebase.updateRefs', 'false'],
  ['user.useConfigOnly', 'true'],
  ['apply.whitespace', 'nowarn'],
  ['apply.ignoreWhitespace', 'no'],
];

/**
 * Keys with a free middle part whose value is a program, and what makes them harmless. `extra` is set with them: a filter
 * marked `required` would turn the missing program into a failure; a hook of the configuration is switched off by name.
 */
const NAMED_PROGRAMS: readonly {
  section: string;
  keys: readonly string[];
  neutral: string;
  extra?: readonly ConfigEntry[];
}[] = [
  { section: 'filter', keys: ['clean', 'smudge', 'process'], neutral: '', extra: [['required', 'false']] },
  { section: 'diff', keys: ['command', 'textconv'], neutral: '' },
  { section: 'merge', keys: ['driver'], neutral: 'false' },
  { section: 'hook', keys: ['command'], neutral: 'true', extra: [['enabled', 'false']] },
  { section: 'submodule', keys: ['update'], neutral: 'none' },
  { section: 'credential', keys: ['helper'], neutral: '' },
  { section: 'gpg', keys: ['program'], neutral: 'false' },
  { section: 'remote', keys: ['uploadpack', 'receivepack', 'vcs'], neutral: 'false' },
  { section: 'trailer', keys: ['command', 'cmd'], neutral: 'true' },
  { section: 'tar', keys: ['command'], neutral: 'false' },
  { section: 'lfs', keys: ['path', 'clean', 'smudge'], neutral: 'false' },
];

/** `filter.a.b.clean` → `['filter', 'a.b', 'clean']`; null without a middle part. */
function splitKey(key: string): [section: string, name: string, variable: string] | null {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  if (first === last) return null;
  return [key.slice(0, first), key.slice(first + 1, last), key.slice(last + 1)];
}

/** Whether the repository says so itself, rather than the user for the whole account or machine. */
export const isFromRepository = (entry: ScopedEntry): boolean =>
  entry.scope === 'local' || entry.scope === 'worktree';

/**
 * The overrides a repository needs beyond the fixed ones.
 *
 * @param entries everything git reads for that folder, with includes followed and the scope of each value
 */
export function overridesFor(entries: readonly ScopedEntry[]): ConfigEntry[] {
  const trusted = new Map<string, string>();
  for (const entry of entries) if (!isFromRepository(entry)) trusted.set(entry.key, entry.value);

  const overrides = new Map<string, string>();
  for (const { key } of entries.filter(isFromRepository)) {
    const parts = splitKey(key);
    if (parts === null) continue;
    const [section, name, variable] = parts;
    const rule = NAMED_PROGRAMS.find((rule) => rule.section === section && rule.keys.includes(variable));
    if (rule === undefined) continue;
    const wish = trusted.get(key);
    overrides.set(key, wish ?? rule.neutral);
    if (wish !== undefined) continue;
    for (const [extra, value] of rule.extra ?? []) overrides.set(`${section}.${name}.${extra}`, value);
  }
  return [...overrides];
}

/** The answer of `git config --list --show-scope -z`: `scope NUL key LF value NUL …`; a key without value has no LF. */
export function parseScopedConfig(output: string): ScopedEntry[] {
  const fields = output.split('\0');
  const entries: ScopedEntry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const pair = fields[index + 1] ?? '';
    const lineFeed = pair.indexOf('\n');
    entries.push({
      scope: fields[index] ?? '',
      key: lineFeed < 0 ? pair : pair.slice(0, lineFeed),
      value: lineFeed < 0 ? 'true' : pair.slice(lineFeed + 1),
    });
  }
  return entries;
}

/** Inherited variables of git that may stay: who commits, where the user's configuration and certificates are. */
const KEPT_GIT_VARIABLES = new Set([
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_CEILING_DIRECTORIES',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'GIT_EXEC_PATH',
  'GIT_SSL_CAINFO',
]);

/**
 * The environment git runs in: the inherited one without anything that points git elsewhere (GIT_DIR, GIT_INDEX_FILE, …),
 * no prompt, no transport, no optional lock, plain messages, and the overrides.
 *
 * @param overrides from `overridesFor`
 * @param extra set last, so a caller may name a temporary index
 */
export function guardedEnvironment(
  overrides: readonly ConfigEntry[],
  extra: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || KEPT_GIT_VARIABLES.has(name),
  );
  const config = [...FIXED_CONFIG, ...overrides];
  const numbered = config.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(inherited),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'false',
    LC_ALL: 'C',
    ...extra,
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(config.length),
  };
}
