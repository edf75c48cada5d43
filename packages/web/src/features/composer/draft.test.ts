import { describe, expect, it } from 'vitest';
import type { Attachment } from './attachments.ts';
import {
  contentOf,
  EMPTY_DRAFT,
  isEmpty,
  keepable,
  KEPT_ATTACHMENTS,
  namedFiles,
  parseDraft,
} from './draft.ts';

const image: Attachment = {
  id: '1',
  kind: 'image',
  name: 'a.png',
  mimeType: 'image/png',
  data: 'AAAA',
  size: 3,
};

describe('namedFiles', () => {
  it('keeps the picked files that the text still names', () => {
    const files = ['src/cart.ts', 'src/cart.tsx', 'my notes.md'];
    expect(namedFiles({ text: 'see @src/cart.ts', files })).toEqual(['src/cart.ts']);
    expect(namedFiles({ text: 'see @src/cart.tsx.', files })).toEqual(['src/cart.tsx']);
    expect(namedFiles({ text: '@src/cart.tsx and (@src/cart.ts)', files })).toEqual([
      'src/cart.ts',
      'src/cart.tsx',
    ]);
    expect(namedFiles({ text: '@my notes.md, please', files })).toEqual(['my notes.md']);
    expect(namedFiles({ text: 'src/cart.ts', files })).toEqual([]);
  });
});

describe('contentOf', () => {
  it('sends the words, links to the files, then the attachments', () => {
    const draft = { text: ' look at @a b.ts \n', files: ['a b.ts'], attachments: [image] };
    expect(contentOf(draft, '/work/tree')).toEqual([
      { type: 'text', text: 'look at @a b.ts' },
      { type: 'resource_link', uri: 'file:///work/tree/a%20b.ts', name: 'a b.ts' },
      { type: 'image', mimeType: 'image/png', data: 'AAAA' },
    ]);
  });

  it('leaves the words to name the file while there is no worktree', () => {
    expect(contentOf({ ...EMPTY_DRAFT, text: '@a.ts', files: ['a.ts'] }, null)).toEqual([
      { type: 'text', text: '@a.ts' },
    ]);
  });
});

describe('a draft that is kept', () => {
  it('drops attachments that are too large to keep', () => {
    const large = { ...image, data: 'A'.repeat(KEPT_ATTACHMENTS + 1) };
    expect(keepable({ ...EMPTY_DRAFT, attachments: [image] }).attachments).toEqual([image]);
    expect(keepable({ ...EMPTY_DRAFT, text: 'a', attachments: [large] })).toEqual({
      ...EMPTY_DRAFT,
      text: 'a',
    });
  });

  it('comes back as it was, and nothing else does', () => {
    const draft = { text: 'a', files: ['b'], attachments: [image] };
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
    for (const json of [null, '', 'x', '3', '{"text":3,"files":[],"attachments":[]}']) {
      expect(parseDraft(json)).toBeNull();
    }
  });

  it('is empty without words and attachments', () => {
    expect(isEmpty({ ...EMPTY_DRAFT, text: ' \n' })).toBe(true);
    expect(isEmpty({ ...EMPTY_DRAFT, attachments: [image] })).toBe(false);
  });
});
