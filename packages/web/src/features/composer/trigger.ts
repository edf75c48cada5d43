/** What is being typed that a list can finish: a command of the agent, or a file of the worktree. */
export interface Trigger {
  kind: 'command' | 'file';
  /** what stands behind the sign */
  query: string;
  /** of the sign in the text */
  start: number;
  /** behind the query */
  end: number;
}

const COMMAND = /^\/(\S*)$/;
const FILE = /(?:^|[\s([{'"`])@([^\s@]*)$/;

/** `/` counts at the beginning of the text only, `@` at the beginning of a word. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  const command = COMMAND.exec(before);
  if (command !== null) {
    const rest = /^\S*/.exec(text.slice(caret))?.[0].length ?? 0;
    return { kind: 'command', query: command[1] ?? '', start: 0, end: caret + rest };
  }
  const query = FILE.exec(before)?.[1];
  if (query === undefined) return null;
  return { kind: 'file', query, start: caret - query.length - 1, end: caret };
}

/** The text with the trigger replaced, and where the caret goes: behind one blank. */
export function completed(
  text: string,
  trigger: Trigger,
  replacement: string,
): { text: string; caret: number } {
  const rest = text.slice(trigger.end);
  const blank = /^\s/.test(rest) ? '' : ' ';
  const caret = trigger.start + replacement.length + 1;
  return { text: text.slice(0, trigger.start) + replacement + blank + rest, caret };
}
