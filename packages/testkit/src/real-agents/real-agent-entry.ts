/**
 * One real agent as data: which program of the installed packages it is, what it is told, and what lies in its home.
 * Texts may contain `${modelUrl}` (of the model server, without a trailing slash), `${home}`, `${modules}` (the folder of
 * the installed packages), `${path}` (the PATH without it), `${version}` (of `package`), `${platform}`, `${arch}`, `${exe}`.
 */
export interface RealAgentEntry {
  /** as people call it */
  readonly name: string;
  /** the npm package whose version is the agent's */
  readonly package: string;
  /** the program among the installed packages; a script is run by our own Node */
  readonly program: string;
  readonly args: readonly string[];
  /** added to the isolated environment that all share */
  readonly env: Readonly<Record<string, string>>;
  /** path in its home → text, or what becomes JSON */
  readonly files: Readonly<Record<string, string | object>>;
  /** the mode to set after `session/new`, so that it asks before it acts; null: it asks from the start, or never */
  readonly askMode: string | null;
  /** the script of the model server for a change that it asks about; null: it never asks */
  readonly asksAbout: 'write' | 'shell ask' | null;
  /** how it can come to know a conversation when its process was ended */
  readonly comesBack: readonly ('resumed' | 'loaded' | 'recap')[];
  /** the folder of its conversations, in its home */
  readonly memory: string;
  readonly loggedOut: LoggedOut;
}

/** How an agent is made that nobody has logged in to, and the key that changes that. */
export interface LoggedOut {
  /** of `env`, what is not set then */
  readonly without: readonly string[];
  /** what lies in its home in place of the `files` of those paths */
  readonly files?: Readonly<Record<string, string | object>>;
  /** the variable that a key is set as, and the method of the agent that has to be chosen with it */
  readonly key: { readonly variable: string; readonly methodId?: string };
}
