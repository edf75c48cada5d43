import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import { useEffect, useRef } from 'react';

/** Lines kept; what is longer is read in an editor. */
const SCROLLBACK = 50_000;

/** Text as a terminal shows it: colours, carriage returns. It takes no input, and only grows where the text did. */
export function TerminalView({ text, label }: { text: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<{ terminal: Terminal; text: string } | null>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const terminal = new Terminal({
      convertEol: true,
      disableStdin: true,
      cursorInactiveStyle: 'none',
      scrollback: SCROLLBACK,
      fontFamily: 'Geist Mono Variable, ui-monospace, monospace',
      fontSize: 12.5,
      lineHeight: 1.35,
      theme: themeOf(element),
      screenReaderMode: false,
    });
    terminal.open(element);
    // It takes no input, and what is hidden from screen readers must not be reached by them.
    if (terminal.textarea !== undefined) terminal.textarea.tabIndex = -1;
    shown.current = { terminal, text: '' };
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    const themes = new MutationObserver(() => (terminal.options.theme = themeOf(element)));
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      themes.disconnect();
      observer.disconnect();
      terminal.dispose();
      shown.current = null;
    };
  }, []);

  useEffect(() => {
    const now = shown.current;
    if (now === null) return;
    if (text.startsWith(now.text)) now.terminal.write(text.slice(now.text.length));
    else {
      now.terminal.reset();
      now.terminal.write(text);
    }
    now.text = text;
  }, [text]);

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={place} aria-hidden className="absolute inset-0 overflow-hidden px-3 py-2" />
      {/* A canvas of cells says nothing to a screen reader; the words do. */}
      <pre className="sr-only" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

/** xterm paints for itself, so it is told the colours in force; it knows no OKLCH, a canvas does. */
function themeOf(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const colour = (name: string): string => toRgb(style.getPropertyValue(name));
  return {
    background: colour('--c-base'),
    foreground: colour('--c-ink'),
    cursor: colour('--c-base'),
    selectionBackground: colour('--c-active'),
    black: colour('--c-ink'),
    brightBlack: colour('--c-ink-3'),
    white: colour('--c-ink-2'),
    brightWhite: colour('--c-ink'),
    red: colour('--c-bad'),
    brightRed: colour('--c-bad'),
    green: colour('--c-good'),
    brightGreen: colour('--c-good'),
    yellow: colour('--c-flame-ink'),
    brightYellow: colour('--c-flame-ink'),
  };
}

const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

function toRgb(colour: string): string {
  if (canvas === null) return '#888888';
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}
