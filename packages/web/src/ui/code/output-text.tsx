import { memo } from 'react';
import { ansiLines, type AnsiSpan } from './ansi.ts';
import { cx } from '../class-names.ts';

/** Lines laid out together; a chunk out of view costs nothing. */
const CHUNK = 200;
const LINE_HEIGHT = 20;
/** ANSI's eight colours in the colours of code. */
const COLORS = ['', 'bad', 'good', 'flame-ink', 'code-function', 'code-keyword', 'code-string', ''];

/** Output of a command, coloured as it asks for, every line 20 px high and none wrapped. */
export const OutputText = memo(function OutputText({ text }: { text: string }) {
  const lines = ansiLines(text);
  const chunks = Array.from({ length: Math.ceil(lines.length / CHUNK) }, (_, at) =>
    lines.slice(at * CHUNK, (at + 1) * CHUNK),
  );
  return chunks.map((chunk, at) => (
    <div
      key={at}
      {...(chunks.length === 1
        ? {}
        : {
            style: {
              contentVisibility: 'auto',
              containIntrinsicHeight: `${chunk.length * LINE_HEIGHT}px`,
            },
          })}
    >
      {chunk.map((spans, line) => (
        <div key={line} className="h-5 whitespace-pre">
          {spans.map((span, n) => (
            <Span key={n} span={span} />
          ))}
        </div>
      ))}
    </div>
  ));
});

function Span({ span: { text, color, bold, dim } }: { span: AnsiSpan }) {
  const name = color === null ? '' : COLORS[color];
  if (name === '' && !bold && !dim) return text;
  return (
    <span
      className={cx(bold && 'font-semibold', dim && 'text-ink-3')}
      {...(name === '' ? {} : { style: { color: `var(--c-${name})` } })}
    >
      {text}
    </span>
  );
}
