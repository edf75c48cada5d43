// oxlint-disable no-control-regex -- escape sequences are what this file is about

/** How a stretch of terminal output is written; colours are ANSI's eight, by number. */
export interface AnsiSpan {
  text: string;
  color: number | null;
  bold: boolean;
  dim: boolean;
}

type Style = Omit<AnsiSpan, 'text'>;

const PLAIN: Style = { color: null, bold: false, dim: false };
/** Control sequences (CSI, with any final byte), operating-system commands, and what else starts with escape. */
const SEQUENCE =
  /\u001b(?:\[([0-9;:?<=>]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[PX^_][^\u001b]*(?:\u001b\\|$)|[ -/]*[0-~]|$)/g;
/** Control characters that show nothing; tab and newline stay. */
const SILENT = /[\u0000-\u0007\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g;

/** The text without escape sequences; a carriage return writes its line anew, as on a terminal. */
export function stripAnsi(text: string): string {
  return overwritten(text.replace(SEQUENCE, '')).replace(SILENT, '');
}

/** The spans of one line of output. `style` is what an earlier line left in force. */
export function ansiSpans(line: string, style: Style = PLAIN): { spans: AnsiSpan[]; style: Style } {
  const spans: AnsiSpan[] = [];
  let at = 0;
  const take = (text: string) => {
    const shown = text.replace(SILENT, '');
    if (shown !== '') spans.push({ text: shown, ...style });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    take(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = selected(style, match[1] ?? '');
  }
  take(line.slice(at));
  return { spans, style };
}

/** Lines of spans, with the carriage returns played out. */
export function ansiLines(text: string): AnsiSpan[][] {
  let style = PLAIN;
  return overwritten(text)
    .split('\n')
    .map((line) => {
      const next = ansiSpans(line, style);
      style = next.style;
      return next.spans;
    });
}

/** Of each line what follows its last carriage return, which is what a progress bar leaves on the screen. */
function overwritten(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => {
      const kept = line.endsWith('\r') ? line.slice(0, -1) : line;
      return kept.slice(kept.lastIndexOf('\r') + 1);
    })
    .join('\n');
}

/** The style after one SGR sequence; what it says of backgrounds and of 24-bit colours is left out. */
function selected(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next = { ...next, color: null };
    else if (code >= 30 && code <= 37) next = { ...next, color: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, color: code - 90 };
    else if (code === 38 || code === 48) {
      const isIndexed = codes[at + 1] === 5;
      const index = codes[at + 2] ?? 0;
      if (code === 38) next = { ...next, color: isIndexed && index < 16 ? index % 8 : null };
      at += isIndexed ? 2 : 4;
    }
  }
  return next;
}
