/** A coding that a built page has its files in beside the plain one. */
export type ContentCoding = 'br' | 'gzip';

/** Best first, with the ending of the file that has it. */
const OFFERED: readonly (readonly [coding: ContentCoding, ending: string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

/** The codings that an `Accept-Encoding` header takes, the best first, each with its file's ending (RFC 9110, 12.5.3). */
export function acceptedCodings(header: string | undefined): typeof OFFERED {
  const weights = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  return OFFERED.filter(([coding]) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0);
}
