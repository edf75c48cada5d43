import type { BoundCommand } from '../../app/commands.ts';
import { IS_APPLE, keyCaps } from '../../ui/keys.tsx';

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const MODIFIERS = new Set([
  'Shift',
  'Control',
  'Alt',
  'AltGraph',
  'Meta',
  'CapsLock',
  'Fn',
  'Dead',
  'Process',
]);
/** Means the same everywhere on the page, so it cannot mean something else. */
const FIXED = /^(Enter|Escape|Tab|Shift\+Tab|Shift\+Enter|Space|Backspace|Arrow\w+|Digit[1-9]|Shift\+\?)$/;
/** What browsers do not hand to a page, or what nobody would forgive it for taking. */
const BROWSER = /^\$mod\+(Shift\+)?[tnwq]$/;

/** What was pressed, in the words of tinykeys. Null for a modifier alone. */
export function pressOf(event: KeyPress, isApple = IS_APPLE): string | null {
  if (MODIFIERS.has(event.key)) return null;
  const parts: string[] = [];
  if (isApple ? event.metaKey : event.ctrlKey) parts.push('$mod');
  if (isApple && event.ctrlKey) parts.push('Control');
  if (!isApple && event.metaKey) parts.push('Meta');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey) parts.push('Shift');
  return [...parts, keyOf(event)].join('+');
}

/**
 * The letter that is printed on the key, wherever it lies. By its place where the letter would change with a modifier
 * (Alt writes other signs), where tinykeys could not read it, and on keyboards of another script.
 */
function keyOf({ key, code, altKey }: KeyPress): string {
  if (key.length > 1) return key;
  if (/^[a-z]$/i.test(key) && !altKey) return key.toLowerCase();
  if (code.startsWith('Digit') || altKey || /[^!-~]|[+[\]()]/.test(key)) return code || key;
  return key;
}

/** Adds a press to what is being recorded: two plain presses make a sequence, anything else begins anew. */
export function withPress(recorded: string, press: string): string {
  const isSecond = isPlain(recorded) && isPlain(press) && !recorded.includes(' ');
  return isSecond ? `${recorded} ${press}` : press;
}

export type Conflict =
  | { kind: 'command'; commands: BoundCommand[] }
  /** cannot be bound at all */
  | { kind: 'browser' | 'fixed' | 'plain' };

/** What speaks against giving a command these keys. Null: nothing. */
export function conflictOf(
  command: BoundCommand,
  keys: string,
  commands: readonly BoundCommand[],
): Conflict | null {
  if (keys === '') return null;
  if (keys.split(' ').some((press) => FIXED.test(press))) return { kind: 'fixed' };
  if (BROWSER.test(keys)) return { kind: 'browser' };
  if (command.inFields === true && isPlain(keys)) return { kind: 'plain' };
  const others = commands.filter(
    (other) => other.id !== command.id && other.keys !== undefined && isInTheWay(other.keys, keys),
  );
  return others.length === 0 ? null : { kind: 'command', commands: others };
}

/** The user's own keys after a command was given new ones; who had them loses them. */
export function afterBinding(
  own: Readonly<Record<string, string>>,
  commands: readonly BoundCommand[],
  id: string,
  keys: string,
): Record<string, string> {
  const losers = commands.filter(
    (other) => other.id !== id && keys !== '' && other.keys !== undefined && isInTheWay(other.keys, keys),
  );
  const next = { ...own, ...Object.fromEntries(losers.map((loser) => [loser.id, ''])), [id]: keys };
  const offered = commands.find((command) => command.id === id)?.offeredKeys ?? '';
  if (isSame(offered, keys)) delete next[id];
  return next;
}

/** The user's own keys after a command got its first ones back; who was given them meanwhile loses them. */
export function afterReset(
  own: Readonly<Record<string, string>>,
  commands: readonly BoundCommand[],
  id: string,
): Record<string, string> {
  const offered = commands.find((command) => command.id === id)?.offeredKeys ?? '';
  return afterBinding(own, commands, id, offered);
}

/** One of them is the other, or its beginning: then only one can be reached. */
function isInTheWay(a: string, b: string): boolean {
  const [first, second] = [shown(a), shown(b)];
  return first === second || first.startsWith(`${second} `) || second.startsWith(`${first} `);
}

function isSame(a: string, b: string): boolean {
  return shown(a) === shown(b);
}

/** Bindings that look the same are the same: `$mod+k` and `$mod+KeyK`, `/` and `Slash`. */
function shown(keys: string): string {
  if (keys === '') return '';
  return keyCaps(keys)
    .map((caps) => [...caps.slice(0, -1).sort(), caps.at(-1)].join('+'))
    .join(' ');
}

function isPlain(keys: string): boolean {
  return keys !== '' && !/\$mod|Control|Alt|Meta|^F\d+$/.test(keys);
}
