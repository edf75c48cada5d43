/** Images among the changes are shown as pictures; in Chromium, under the policy of the page. */
import { expect, test } from 'vitest';
import { deflateSync, crc32 } from 'node:zlib';
import * as words from '../src/words/index.ts';
import { faults } from './faults.ts';
import { SOON, TIME, lines, review, row, useReviewDesk } from './review-desk.ts';

const w = words.review;

useReviewDesk();

/** A grey image. */
function png(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0], 8);
  const rows = deflateSync(
    Buffer.alloc((width + 1) * height, 0x80).map((byte, at) => (at % (width + 1) === 0 ? 0 : byte)),
  );
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

test(
  'before and after, or the one that there is; what is none says so, and an SVG is a text',
  TIME,
  async () => {
    review.write({ 'art/logo.png': png(40, 30) });
    review.git('add', '.');
    review.git('commit', '-qm', 'A logo');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "ran"</script></svg>\n';
    review.write({
      'art/logo.png': png(64, 20),
      'art/new.png': png(8, 8),
      'art/page.png': `\0<script>`,
      'art/x.svg': svg,
    });
    const page = await review.window({ scope: 'unstaged', file: 'art/logo.png' }, { bypassPolicy: false });
    const pictures = page.getByRole('group', { name: w.images.label('art/logo.png') });
    await pictures.getByRole('img', { name: w.images.alt(w.images.before, 'art/logo.png') }).waitFor();
    await pictures.getByText(w.images.size(40, 30)).waitFor();
    await pictures.getByText(w.images.size(64, 20)).waitFor();

    await row(page, /^New, untracked: new\.png/).click();
    await page.getByText(w.images.size(8, 8)).waitFor();
    expect(await page.locator('figure').count()).toBe(1);
    await row(page, /^New, untracked: page\.png/).click();
    await page.getByText(w.noLines.binary('9 B', true)).waitFor();
    await row(page, /^New, untracked: x\.svg/).click();
    await lines(page, 'art/x.svg').getByText('document.title').waitFor();

    // A picture that changes on the disk is another on the page.
    await row(page, /^Modified: logo\.png/).click();
    review.write({ 'art/logo.png': png(10, 50) });
    await pictures.getByText(w.images.size(10, 50)).waitFor();
    review.remove('art/logo.png');
    await expect.poll(() => pictures.locator('figure').count(), SOON).toBe(1);
    await pictures.getByText(w.images.deleted, { exact: true }).waitFor();
  },
);

test('a screen reader finds nothing wrong with them, on a phone', TIME, async () => {
  review.write({ 'art/logo.png': png(600, 300) });
  const page = await review.window({ file: 'art/logo.png' }, { phone: true, bypassPolicy: true });
  await page.getByText(w.images.size(600, 300)).waitFor();
  expect(await faults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
