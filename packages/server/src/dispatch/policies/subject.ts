import type {
  AcpToolSnapshot,
  PermissionAbout,
  PermissionSubject,
  SubjectPath,
  ToolKind,
} from '@pilotlight/protocol';
import { isAbsolute, resolve } from 'node:path';
import { isStep } from './match-rule.ts';
import { parseShellLine, quoteLiteral } from './shell-line.ts';
import { namesPath, placePath, realFolder } from './subject-paths.ts';

/** More than these are not looked up; a request about more is not understood. */
const MAX_PATHS = 200;
const MAX_COMMANDS = 50;
const MAX_LINE = 16_384;

/** Under which names tools take paths. */
const PATH_KEYS = [
  'path',
  'file_path',
  'filePath',
  'filepath',
  'fileName',
  'abs_path',
  'absolute_path',
  'notebook_path',
  'target_file',
  'dir_path',
  'directory',
  'old_path',
  'new_path',
];
/** …and those that mean paths only where something is moved. */
const MOVE_KEYS = ['from', 'to', 'source', 'destination', 'src', 'dest'];
const FOLDER_KEYS = ['cwd', 'workdir', 'working_directory', 'directory'];

/** An editor's tool may call what it does its command. */
const EDITOR_COMMANDS = new Set(['view', 'create', 'str_replace', 'insert', 'undo_edit', 'write', 'delete']);

type Input = Record<string, unknown>;

/**
 * What a request is about, in the words of rules. Looks at the disk to follow symlinks; what it finds there is kept with the
 * request, so that rules can be tried on it later.
 * @param worktree where the turn works
 */
export function subjectOf(
  toolCall: AcpToolSnapshot,
  about: PermissionAbout | undefined,
  worktree: string,
): PermissionSubject {
  const folder = realFolder(worktree);
  const input = asInput(toolCall.rawInput);
  const said = about?.commands ?? commandsOf(toolCall.kind, input);
  const kind = said !== null && said.length > 0 ? 'execute' : (about?.kind ?? toolCall.kind);
  // An agent that gives no input says the command in the title, or something else: enough to deny it, not to allow it.
  const isTitle = kind === 'execute' && (said === null || said.length === 0);
  const commands = kind !== 'execute' ? [] : isTitle ? [toolCall.title] : (said ?? []);
  const collected = new Collected(folder, said !== null && !isTitle);
  if (kind === 'execute') {
    const from = collected.workFolder(input);
    for (const path of about?.paths ?? toolCall.locations.map((location) => location.path)) {
      collected.add(path, folder);
    }
    for (const line of commands) collected.addWords(line, from);
  } else {
    for (const path of about?.paths ?? pathsOf(toolCall, kind, input)) collected.add(path, folder);
  }
  const fits = commands.length <= MAX_COMMANDS && commands.every((line) => line.length <= MAX_LINE);
  return {
    kind,
    folder,
    commands: commands.slice(0, MAX_COMMANDS).map((line) => line.slice(0, MAX_LINE).toWellFormed()),
    paths: collected.paths,
    complete: collected.complete && fits,
  };
}

/** The paths of one request, each once. */
class Collected {
  complete: boolean;
  readonly #folder: string;
  readonly #paths = new Map<string, SubjectPath>();

  constructor(folder: string, complete: boolean) {
    this.#folder = folder;
    this.complete = complete;
  }

  get paths(): SubjectPath[] {
    return [...this.#paths.values()];
  }

  add(path: string, from: string): SubjectPath | null {
    const placed = this.#paths.size < MAX_PATHS ? placePath(path, this.#folder, from) : null;
    if (placed === null || !path.isWellFormed()) this.complete = false;
    else this.#paths.set(`${placed.path}\0${placed.real}`, placed);
    return placed;
  }

  /** Where a command begins; a rule that allows it means it in the worktree. */
  workFolder(input: Input): string {
    const given = FOLDER_KEYS.map((key) => input[key]).find(
      (value) => typeof value === 'string' && value !== '',
    );
    if (typeof given !== 'string') return this.#folder;
    const placed = placePath(given, this.#folder);
    if (placed === null) {
      this.complete = false;
      return this.#folder;
    }
    if (isAbsolute(placed.real)) {
      this.#paths.set(given, placed);
      this.complete = false;
    }
    return resolve(this.#folder, placed.real);
  }

  /** The paths in the words of a line; `cd folder &&` changes where those behind it begin. */
  addWords(line: string, start: string): void {
    let from = start;
    for (const command of parseShellLine(line).commands) {
      const words = [...command.words.slice(1).map(valueOf), ...command.redirects];
      if (command.words[0]?.includes('/') === true) words.push(command.words[0]);
      for (const word of words.filter((each) => namesPath(each, from))) this.add(word, from);
      if (!isStep(command)) continue;
      const placed = placePath(command.words[1] ?? '', this.#folder, from);
      if (placed === null || isAbsolute(placed.real)) this.complete = false;
      if (placed !== null) from = resolve(this.#folder, placed.real);
    }
  }
}

/** `--out=path` → `path` */
function valueOf(word: string): string {
  return /^--?[\w-]+=(.*)$/s.exec(word)?.[1] ?? word;
}

/** null: the tool takes a command of which nobody knows what it is. */
function commandsOf(kind: ToolKind, input: Input): string[] | null {
  const given = input['command'] ?? input['cmd'];
  if (given === undefined && kind === 'execute') return asLines(input['commands']);
  if (given === undefined) return [];
  if (kind !== 'execute' && kind !== 'other') return EDITOR_COMMANDS.has(String(given)) ? [] : null;
  if (Array.isArray(given)) {
    if (!given.every((word) => typeof word === 'string')) return null;
    return [scriptOf(given) ?? given.map((word) => quoteLiteral(word)).join(' ')];
  }
  if (typeof given !== 'string') return null;
  const { args } = input;
  if (args === undefined) return [given];
  if (!Array.isArray(args) || !args.every((word) => typeof word === 'string')) return null;
  return [[given, ...args.map((word) => quoteLiteral(word))].join(' ')];
}

function asLines(value: unknown): string[] | null {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((line) => typeof line === 'string') ? value : null;
}

/** `bash -lc '…'` is the line itself. */
function scriptOf([shell = '', option = '', script, ...more]: string[]): string | null {
  const isScript = /^(.*\/)?(ba|z|da)?sh$/.test(shell) && /^-l?c$/.test(option) && more.length === 0;
  return isScript ? (script ?? null) : null;
}

function pathsOf(toolCall: AcpToolSnapshot, kind: ToolKind, input: Input): string[] {
  const keys = kind === 'move' ? [...PATH_KEYS, ...MOVE_KEYS] : PATH_KEYS;
  const changes = asInput(input['changes']);
  return [
    ...toolCall.locations.map(({ path }) => path),
    ...toolCall.content.flatMap((item) => (item.type === 'diff' ? [item.path] : [])),
    ...keys.flatMap((key) => asPaths(input[key])),
    ...asPaths(input['paths']),
    ...Object.keys(changes),
  ];
}

function asPaths(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each) => typeof each === 'string' && each !== '');
}

function asInput(value: unknown): Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Input) : {};
}
