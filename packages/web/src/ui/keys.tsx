const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

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
  Period: '.',
  Comma: ',',
  Slash: '/',
  Backslash: '\\',
  BracketLeft: '[',
  BracketRight: ']',
};

/** How a binding in the words of tinykeys (`$mod+Shift+KeyP`, `g b`) is shown: `Ctrl Shift P`. */
export function keyCaps(keys: string): string[] {
  return keys
    .split(' ')
    .flatMap((press) => press.split('+'))
    .map((key) => NAMES[key] ?? KEYS[key] ?? key.replace(/^(Key|Digit)/, '').toUpperCase());
}

/** The keys of a shortcut, as small caps of keys. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-0.5" aria-hidden>
      {keyCaps(keys).map((cap, at) => (
        <kbd
          key={at}
          className="min-w-4 rounded-sm border border-line bg-sunken px-1 text-center font-sans text-micro text-ink-3"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
