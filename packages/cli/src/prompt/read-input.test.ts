import { MAX_IMAGE_BYTES } from '@pilotlight/protocol';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInput } from './read-input.ts';

const JPEG = Buffer.from('ffd8ffe000104a46', 'hex');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-input-'));
  writeFileSync(join(folder, 'photo.txt'), JPEG);
  writeFileSync(join(folder, 'fake.png'), 'only words');
  const large = Buffer.alloc(MAX_IMAGE_BYTES + 1);
  large.set(JPEG);
  writeFileSync(join(folder, 'large.jpg'), large);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (more: { file?: string[]; image?: string[] }) =>
  readInput(['look'], { file: [], image: [], ...more }, folder);

test('an image is known by its bytes and not by its name', async () => {
  const image = { type: 'image', mimeType: 'image/jpeg', data: JPEG.toString('base64') };
  expect(await read({ image: ['photo.txt'] })).toMatchObject([{ type: 'text', text: 'look' }, image]);
  expect(await read({ file: ['photo.txt', 'fake.png'] })).toMatchObject([
    { type: 'text' },
    image,
    { type: 'resource', resource: { text: 'only words' } },
  ]);
  await expect(read({ image: ['fake.png'] })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('no png, jpeg, webp or gif'),
  });
});

test('an image over the limit is refused with it, and linked when it is only a file', async () => {
  await expect(read({ image: ['large.jpg'] })).rejects.toMatchObject({
    code: 'payload_too_large',
    message: expect.stringContaining(String(MAX_IMAGE_BYTES)),
  });
  expect((await read({ file: ['large.jpg'] }))[1]).toMatchObject({
    type: 'resource_link',
    name: 'large.jpg',
  });
});
