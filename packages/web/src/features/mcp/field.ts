/** A field to type in, one line high. */
export const FIELD =
  'h-8 rounded-md border border-line-strong bg-base px-2 outline-none focus:border-ink-3 pointer-coarse:h-11 pointer-coarse:text-title';
