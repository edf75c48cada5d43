import { MAX_IMAGE_BYTES } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import {
  readAttachment,
  TEXT_LIMIT,
  toBlock,
  TOTAL_LIMIT,
  weightOf,
  type Attachment,
} from './attachments.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BITMAP = new Uint8Array([0x42, 0x4d, 0, 0]);

function file(content: BlobPart, name: string, type = ''): File {
  return new File([content], name, { type });
}

describe('readAttachment', () => {
  it('reads an image as base64 and sends it as an image block', async () => {
    const read = (await readAttachment(file(PNG, 'a.png', 'image/png'), TOTAL_LIMIT)) as Attachment;
    expect(read).toMatchObject({ kind: 'image', name: 'a.png', size: 8, data: 'iVBORw0KGgo=' });
    expect(toBlock(read)).toEqual({ type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' });
  });

  it('knows an image by its bytes, whatever it is called', async () => {
    const read = await readAttachment(file(PNG, 'a.txt', 'text/plain'), TOTAL_LIMIT);
    expect(read).toMatchObject({ kind: 'image', mimeType: 'image/png' });
    expect(await readAttachment(file(BITMAP, 'a.png', 'image/png'), TOTAL_LIMIT)).toBe('image_type');
    const large = new Uint8Array(MAX_IMAGE_BYTES + 1);
    large.set(PNG);
    expect(await readAttachment(file(large, 'a.png', 'image/png'), TOTAL_LIMIT)).toBe('image_too_large');
  });

  it('reads a text file, whatever its type is said to be', async () => {
    const read = (await readAttachment(file('a = 1\n', 'notes é.toml'), TOTAL_LIMIT)) as Attachment;
    expect(toBlock(read)).toEqual({
      type: 'resource',
      resource: { uri: 'attachment:///notes%20%C3%A9.toml', text: 'a = 1\n' },
    });
  });

  it('says why a file cannot go along', async () => {
    const large = new Uint8Array(TEXT_LIMIT + 1).fill(97);
    expect(await readAttachment(file('', 'a.txt'), TOTAL_LIMIT)).toBe('empty');
    expect(await readAttachment(file(BITMAP, 'a.bmp', 'image/bmp'), TOTAL_LIMIT)).toBe('image_type');
    expect(await readAttachment(file(BITMAP, 'a.zip'), TOTAL_LIMIT)).toBe('not_text');
    expect(await readAttachment(file(new Uint8Array([0xff, 0xfe]), 'a.txt'), TOTAL_LIMIT)).toBe('not_text');
    expect(await readAttachment(file(large, 'a.log'), TOTAL_LIMIT)).toBe('text_too_large');
    expect(await readAttachment(file(new Uint8Array(TEXT_LIMIT + 1), 'a.iso'), TOTAL_LIMIT)).toBe('not_text');
    expect(await readAttachment(file(PNG, 'a.png', 'image/png'), 3)).toBe('total_too_large');
  });
});

describe('weightOf', () => {
  it('counts what goes over the wire', () => {
    const image = { kind: 'image', size: 300 } as Attachment;
    const text = { kind: 'text', size: 100 } as Attachment;
    expect(weightOf([image, text])).toBe(520);
  });
});
