import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader, LineTooLongError } from './line-reader.ts';

function read(chunks: (string | Uint8Array)[], limit?: number): string[] {
  const reader = new LineReader(limit);
  return [...chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))), ...reader.end()];
}

test('however the bytes are cut, the lines are the same', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\n\uFEFF]/g, ' '));
  const cuts = fc.array(fc.nat(40), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), cuts, (lines, sizes) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const chunks: Buffer[] = [];
      let at = 0;
      for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
      chunks.push(bytes.subarray(at));
      expect(read(chunks)).toEqual(Buffer.from(lines.join('\n')).toString().split('\n'));
    }),
  );
});

test('a byte order mark goes, the last line needs no newline, bad bytes are replaced', () => {
  expect(read(['\uFEFF{"a":1}\r\n{"b"', ':2}'])).toEqual(['{"a":1}\r', '{"b":2}']);
  expect(read([new Uint8Array([0x7b, 0xff, 0x7d, 0x0a])])).toEqual(['{\uFFFD}']);
});

test('a message over the limit is an error, at the limit it is not', () => {
  expect(read([`{${'x'.repeat(8)}}`, '\n'], 10)).toHaveLength(1);
  expect(() => read(['{', 'x'.repeat(10), 'x'], 10)).toThrow(LineTooLongError);
  expect(() => read(['{', `${'x'.repeat(10)}\n`], 10)).toThrow(LineTooLongError);
});

test('of a long line that is no message only the beginning is kept', () => {
  const reader = new LineReader(10_000);
  for (let n = 0; n < 100; n++) expect(reader.push(Buffer.from('n'.repeat(1000)))).toEqual([]);
  const [noise, message] = reader.push(Buffer.from('\n{"a":1}\n'));
  expect(noise).toHaveLength(4096);
  expect(message).toBe('{"a":1}');
});
