// What of the server's environment reaches an agent, and with it the terminals it opens: these names, those of its entry
// (`passEnv`) and those that `PILOTLIGHT_AGENT_ENV` adds for every agent. docs/operations.md lists them.

/** where programs, files and the user's own things are */
const PLACES = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TMP', 'TEMP'];
const LANGUAGE_AND_TERMINAL = ['LANG', 'LANGUAGE', 'TZ', 'TERM', 'COLORTERM'];
const NETWORK = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** without which no program starts there */
const WINDOWS = ['SYSTEMROOT', 'SYSTEMDRIVE', 'COMSPEC', 'PATHEXT', 'WINDIR', 'USERPROFILE', 'APPDATA'];
const HANDED_ON: ReadonlySet<string> = new Set([
  ...PLACES,
  ...LANGUAGE_AND_TERMINAL,
  ...NETWORK,
  'NODE_EXTRA_CA_CERTS',
  ...WINDOWS,
  'LOCALAPPDATA',
]);
const HANDED_ON_BEGINNINGS = ['LC_', 'XDG_'];

/** Names, with commas between them, that this server hands on besides. */
const MORE = 'PILOTLIGHT_AGENT_ENV';

/** Never handed on, whoever lists it: with these an agent could act in our name. */
const SECRETS: ReadonlySet<string> = new Set(['PILOTLIGHT_TOKEN', 'OPENCODE_SERVER_PASSWORD']);

/** The part of `env` that an agent may see. `passEnv`: the names its entry lists. */
export function handedOn(env: NodeJS.ProcessEnv, passEnv: readonly string[]): Record<string, string> {
  const more = (env[MORE] ?? '').split(',').map((name) => name.trim());
  const listed = new Set([...passEnv, ...more]);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || SECRETS.has(name)) continue;
    if (listed.has(name) || isCommon(name)) kept[name] = value;
  }
  return kept;
}

function isCommon(name: string): boolean {
  // Proxies are written either way; so is everything under Windows.
  const upper = name.toUpperCase();
  return HANDED_ON.has(upper) || HANDED_ON_BEGINNINGS.some((beginning) => upper.startsWith(beginning));
}
