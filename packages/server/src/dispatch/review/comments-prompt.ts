import type { ReviewComment } from '@pilotlight/protocol';

/** The one prompt that carries comments to an agent: what was said first, then each comment with its place and its code. */
export function commentsPrompt(comments: readonly ReviewComment[], text = ''): string {
  const intro =
    comments.length === 1
      ? 'There is a review comment on your changes.'
      : `There are ${comments.length} review comments on your changes.`;
  const parts = comments.map((comment, index) => `${index + 1}. ${placeOf(comment)}\n\n${quote(comment)}`);
  return [text, intro, ...parts].filter((part) => part !== '').join('\n\n');
}

function placeOf({ path, side, startLine, endLine, outdated }: ReviewComment): string {
  const lines = startLine === endLine ? `line ${startLine}` : `lines ${startLine} to ${endLine}`;
  const before = side === 'old' ? ' before the change' : '';
  const since = outdated ? ' (the file has changed since; this is the code that was commented on)' : '';
  return `${nameOf(path)}, ${lines}${before}${since}:`;
}

function quote({ code, text }: ReviewComment): string {
  const fence = fenceFor(code);
  return `${fence}\n${code.endsWith('\n') || code === '' ? code : `${code}\n`}${fence}\n\n${text}`;
}

/** Longer than any in the code, so that nothing in a file ends its own quotation. */
export function fenceFor(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(longest + 1);
}

/** A name with a line break or another control character in it is said in quotes. */
export function nameOf(path: string): string {
  return /[\p{Cc}"\\]/u.test(path) ? JSON.stringify(path) : path;
}
