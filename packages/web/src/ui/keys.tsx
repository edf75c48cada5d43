import * as words from '../words/index.ts';

export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Record<string, string> = IS_APPLE
  ? { $mod: '⌘', Meta: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧' }
  : { $mod: 'Ctrl', Meta: 'Win', Control: 'Ctrl', Alt: 'Alt', Shift: 'Shift' };
const KEYS: Record<string, string> = {
  Enter: '↵',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Backspace: '⌫',
  Tab: 'Tab',
  Home: 'Home',
  End: 'End',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
  Space: 'Space',
  Equal: '=',
  Minus: '-',
  Semicolon: ';',
  Quote: "'",
  Backquote: '`',
  Period: '.',
  Comma: ',',
  Slash: '/',
  Backslash: '\\',
  BracketLeft: '[',
  BracketRight: ']',
};

/** How one press in the words of tinykeys (`$mod+Shift+KeyP`) is shown: `Ctrl`, `Shift`, `P`. */
function pressCaps(press: string): string[] {
  return press
    .split(/(?<=.)\+/)
    .map((key) => NAMES[key] ?? KEYS[key] ?? key.replace(/^(Key|Digit)(?=.$)/, '').toUpperCase());
}

/** A binding, press by press: `g b` is `[['G'], ['B']]`. */
export function keyCaps(keys: string): string[][] {
  return keys.split(' ').map(pressCaps);
}

/** The keys of a shortcut, as small caps of keys. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex items-center gap-0.5" aria-hidden>
      {keyCaps(keys).map((press, at) => (
        <span key={at} className="inline-flex items-center gap-0.5">
          {at === 0 ? null : <span className="px-0.5 text-micro text-ink-3">{words.common.thenPress}</span>}
          {press.map((cap) => (
            <kbd
              key={cap}
              className="min-w-4 rounded-sm border border-line bg-sunken px-1 text-center font-sans text-micro text-ink-3"
            >
              {cap}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
