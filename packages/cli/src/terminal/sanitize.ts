/* oxlint-disable no-control-regex -- control characters are what this is about */
/** Whole escape sequences: CSI, OSC and other strings up to their end, and two-character ones. */
const SEQUENCES =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;
/** What is left of control characters (but tab and newline), and the marks that reorder text. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of an agent as a terminal may see it. An agent that could send control sequences could rewrite the screen, the
 * clipboard or the window title. A sequence cut in two by a chunk loses its escape character and shows as plain text.
 */
export function sanitize(text: string): string {
  return text.replace(SEQUENCES, '').replace(CONTROLS, '');
}

/** The same on one line of at most that many characters. */
export function sanitizeLine(text: string, length = 200): string {
  const line = sanitize(text).replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
