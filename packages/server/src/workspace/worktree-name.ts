const SLUG_LENGTH = 40;
const SHORT_ID_LENGTH = 8;

/** Lower-case ASCII letters, digits and single dashes, at most 40: valid in a path and in a branch name everywhere. */
export function slugify(text: string, fallback: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug || fallback;
}

/** The last eight characters of an id: in a UUIDv7 the random end, where the beginning is the time. */
export function shortId(id: string): string {
  return id
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(-SHORT_ID_LENGTH);
}

export const BRANCH_PREFIX = 'pilotlight/';

/** In path and branch of a session that has no title yet. */
export const NAMELESS = 'session';
