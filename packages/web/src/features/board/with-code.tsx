/** Text of the server in which `backticks` stand for something to type. */
export function WithCode({ text }: { text: string }) {
  return text.split('`').map((piece, at) =>
    at % 2 === 0 ? (
      piece
    ) : (
      <code key={at} className="rounded-sm bg-sunken px-1 font-mono [overflow-wrap:anywhere] text-ink-2">
        {piece}
      </code>
    ),
  );
}
