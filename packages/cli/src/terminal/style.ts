/** Colours that become nothing where they are not wanted. */
export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  green(text: string): string;
  red(text: string): string;
  amber(text: string): string;
}

/** Colours for a terminal; plain in a pipe, with NO_COLOR (https://no-color.org) or a dumb terminal. */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const coloured = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (open: number, close: number) => (text: string) =>
    coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    dim: paint(2, 22),
    bold: paint(1, 22),
    green: paint(32, 39),
    red: paint(31, 39),
    amber: paint(33, 39),
  };
}
