/** Of fields and lists of a policy. */
export const FIELD =
  'h-7 min-w-0 rounded-md border border-line-strong bg-base px-2 outline-none focus:border-ink-3 pointer-coarse:h-11 pointer-coarse:text-title';
export const SELECT = `${FIELD} pr-1`;
