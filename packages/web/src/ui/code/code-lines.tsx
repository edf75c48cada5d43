import type { CodeToken } from './highlight.ts';

/** The tokens of one line. */
export function CodeLine({ tokens }: { tokens: readonly CodeToken[] }) {
  return tokens.map(({ text, color }, at) =>
    color === null ? (
      text
    ) : (
      <span key={at} style={{ color }}>
        {text}
      </span>
    ),
  );
}
