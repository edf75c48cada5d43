/** A title with the matched letters told apart; `ranges` may reach beyond it, into what is searched behind it. */
export function Highlighted({ text, ranges }: { text: string; ranges: readonly number[] }) {
  const parts: { text: string; isHit: boolean }[] = [];
  let at = 0;
  for (let each = 0; each + 1 < ranges.length; each += 2) {
    const start = Math.min(ranges[each] ?? 0, text.length);
    const end = Math.min(ranges[each + 1] ?? 0, text.length);
    if (start < at || end <= start) continue;
    parts.push({ text: text.slice(at, start), isHit: false }, { text: text.slice(start, end), isHit: true });
    at = end;
  }
  parts.push({ text: text.slice(at), isHit: false });
  return parts.map((part, index) =>
    part.isHit ? (
      <b key={index} className="font-semibold text-flame-ink">
        {part.text}
      </b>
    ) : (
      part.text
    ),
  );
}
