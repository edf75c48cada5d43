/** The product's mark: a small flame with its hot core. */
export function Flame({ size = 18 }: { size?: number }) {
  return (
    <svg viewBox="0 0 20 24" width={(size * 20) / 24} height={size} aria-hidden className="shrink-0">
      <path
        d="M10.6.8c.9 4.6 7.6 7.6 7.6 14A8.2 8.2 0 0 1 10 23.2a8.2 8.2 0 0 1-8.2-8.4c0-3.6 2-5.6 3.6-7.7.4 1.9 1.3 3 2.5 3.6C7.4 6.6 8.6 3 10.6.8Z"
        className="fill-flame"
      />
      <path
        d="M10.3 12.6c.5 2.3 3.4 3.3 3.4 6.2a3.7 3.7 0 0 1-7.4 0c0-1.9 1.3-2.8 1.9-3.9.5.9 1 1.3 1.6 1.4-.1-1.3-.1-2.5.5-3.7Z"
        className="fill-base"
      />
    </svg>
  );
}
