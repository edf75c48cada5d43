/** Renders the icons that must be pixels from `public/icon.svg`. Run after the flame changed: `npm run icons -w @pilotlight/web`. */
import { CHROMIUM_ARGS, chromiumPath } from '@pilotlight/testkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const folder = join(import.meta.dirname, '../public');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');

/** To the edges, for platforms that cut their own shape; the flame stays inside the circle no platform cuts into. */
const maskable = svg.replace('rx="14"', '').replace('scale(2.1)', 'scale(1.75)');
/** Android shows the shape only, in one colour, beside the clock. */
const badge = svg
  .replace(/<rect[^>]*>/, '')
  .replace('scale(2.1)', 'scale(2.5)')
  .replace(/(<path\s[^>]*>)\s*<path\s[^>]*>/, '$1')
  .replace(/fill="#\w+"/, 'fill="#fff"');

const icons: [name: string, source: string, size: number][] = [
  ['icon-192.png', svg, 192],
  ['icon-512.png', svg, 512],
  ['icon-maskable-192.png', maskable, 192],
  ['icon-maskable-512.png', maskable, 512],
  ['icon-180.png', maskable, 180],
  ['badge-96.png', badge, 96],
];

const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
try {
  const page = await browser.newPage();
  for (const [name, source, size] of icons) {
    await page.setViewportSize({ width: size, height: size });
    const image = `data:image/svg+xml,${encodeURIComponent(source)}`;
    await page.setContent(
      `<body style="margin:0"><img src="${image}" width="${size}" height="${size}" style="display:block">`,
    );
    await page.screenshot({ path: join(folder, name), omitBackground: true });
  }
} finally {
  await browser.close();
}
