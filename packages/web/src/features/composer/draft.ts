import type { ContentBlock } from '@pilotlight/protocol';
import { toBlock, type Attachment } from './attachments.ts';

/** A prompt that is being written. */
export interface Draft {
  text: string;
  /** files of the worktree that were picked with `@`, by their path in it */
  files: readonly string[];
  attachments: readonly Attachment[];
}

export const EMPTY_DRAFT: Draft = { text: '', files: [], attachments: [] };

export function isEmpty({ text, attachments }: Draft): boolean {
  return attachments.length === 0 && text.trim() === '';
}

/** The picked files that the text still names. */
export function namedFiles({ text, files }: Pick<Draft, 'text' | 'files'>): string[] {
  return files.filter((path) => {
    for (let at = text.indexOf(`@${path}`); at >= 0; at = text.indexOf(`@${path}`, at + 1)) {
      // The longer path of another file is not this one; a full stop may end a sentence.
      if (/^(?:$|[\s,;:)\]}'"`!?]|\.(?:\s|$))/.test(text.slice(at + path.length + 1))) return true;
    }
    return false;
  });
}

/**
 * The draft as it is sent: the words, a link for each named file, then what was attached.
 * @param folder where the agent works; null while it has no worktree yet, and the words alone name the file
 */
export function contentOf(draft: Draft, folder: string | null): ContentBlock[] {
  const text = draft.text.trim();
  const links = folder === null ? [] : namedFiles(draft).map((path) => linkTo(folder, path));
  return [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...links,
    ...draft.attachments.map(toBlock),
  ];
}

function linkTo(folder: string, path: string): ContentBlock {
  const segments = `${folder}/${path}`.split('/').map(encodeURIComponent);
  return { type: 'resource_link', uri: `file://${segments.join('/')}`, name: path };
}

/** What of a draft survives a reload: attachments only while they are small, for all drafts share a few megabytes. */
export const KEPT_TEXT = 200_000;
export const KEPT_ATTACHMENTS = 400_000;

export function keepable(draft: Draft): Draft {
  const size = draft.attachments.reduce((sum, { data }) => sum + data.length, 0);
  return {
    text: draft.text.slice(0, KEPT_TEXT),
    files: draft.files,
    attachments: size <= KEPT_ATTACHMENTS ? draft.attachments : [],
  };
}

/** A draft as it was kept; null for anything else. */
export function parseDraft(json: string | null): Draft | null {
  try {
    const raw: unknown = JSON.parse(json ?? 'null');
    if (typeof raw !== 'object' || raw === null) return null;
    const { text, files, attachments } = raw as Partial<Record<keyof Draft, unknown>>;
    if (typeof text !== 'string' || !Array.isArray(files) || !Array.isArray(attachments)) return null;
    return { text, files: files as string[], attachments: attachments as Attachment[] };
  } catch {
    return null;
  }
}
