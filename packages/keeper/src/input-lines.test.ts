import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputLines } from './input-lines.ts';

function joined(parts: Buffer[]): string {
  return Buffer.concat(parts).toString('latin1');
}

test('however the bytes are cut: whole lines go on in order, each with its offset and head', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
    fc.integer({ min: 200, max: 600 }).map((length) => 'é'.repeat(length)),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 20 }),
      fc.string({ maxLength: 5 }).map((text) => text.replaceAll('\n', '')),
      fc.infiniteStream(fc.integer({ min: 1, max: 400 })),
      fc.nat(),
      (lines, half, cuts, acknowledge) => {
        const input = new InputLines();
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join('') + half);
        let out = '';
        for (let at = 0; at < bytes.length;) {
          const cut = cuts.next().value ?? 1;
          out += joined(input.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        const whole = bytes.length - Buffer.byteLength(half);
        expect(out).toBe(bytes.toString('latin1', 0, whole));
        expect([input.accepted, input.received]).toEqual([whole, bytes.length]);
        let offset = 0;
        const expected = lines.map((text) => {
          const head = Buffer.from(text)
            .subarray(0, 256)
            .toString('utf8')
            .replace(/\uFFFD$/, '');
          const one = { offset, head };
          offset += Buffer.byteLength(text) + 1;
          return one;
        });
        expect(input.lines()).toEqual(expected);
        const to = whole === 0 ? 0 : acknowledge % (whole + 1);
        input.acknowledge(to);
        expect(input.lines()).toEqual(expected.filter((one) => one.offset >= to));
      },
    ),
    { numRuns: 300 },
  );
});

test('the half line of a writer that is gone is no line', () => {
  const input = new InputLines();
  expect(joined(input.push(Buffer.from('one\ntw')))).toBe('one\n');
  input.discardHalf();
  expect(input.received).toBe(4);
  expect(joined(input.push(Buffer.from('three\n')))).toBe('three\n');
  expect(input.lines()).toEqual([
    { offset: 0, head: 'one' },
    { offset: 4, head: 'three' },
  ]);
});

test('a half line goes on as it is when the writer says it is all', () => {
  const input = new InputLines();
  input.push(Buffer.from('no end'));
  expect(joined(input.takeHalf())).toBe('no end');
  expect(input).toMatchObject({ accepted: 6, received: 6 });
  expect(input.lines()).toEqual([{ offset: 0, head: 'no end' }]);
});

test('an acknowledgement may be ahead of what came, but only for the writer that said it', () => {
  const input = new InputLines();
  input.acknowledge(8);
  input.push(Buffer.from('one\ntwo\nthr'));
  expect(input.lines()).toEqual([]);
  input.acknowledge(100);
  input.discardHalf();
  input.push(Buffer.from('three\n'));
  expect(input.lines()).toEqual([{ offset: 8, head: 'three' }]);
});

test('a line without an end is refused at its limit', () => {
  const input = new InputLines(10);
  input.push(Buffer.from('12345'));
  expect(() => input.push(Buffer.from('678901'))).toThrow(/more than 10 bytes/);
  expect(input.received).toBe(0);
});
