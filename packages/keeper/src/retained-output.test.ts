import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_BYTES, BlockPool } from './block-pool.ts';
import { RetainedOutput } from './retained-output.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-retained-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes that differ by their place. */
function stream(from: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => ((from + at) * 31 + ((from + at) >> 8)) & 0xff));
}

function readAll(output: RetainedOutput, from: number, limit: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = from; at < output.to;) {
    const part = output.read(at, limit);
    expect(part.length).toBeGreaterThan(0);
    expect(part.length).toBeLessThanOrEqual(limit);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

const step = fc.oneof(
  fc.record({
    push: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3 * BLOCK_BYTES })),
  }),
  fc.record({ ack: fc.double({ min: 0, max: 1.2, noNaN: true }) }),
  fc.record({ read: fc.double({ min: 0, max: 1, noNaN: true }), limit: fc.integer({ min: 1, max: 40_000 }) }),
);

test('whatever is pushed, acknowledged and read: the kept bytes are exactly those of the stream', () => {
  let run = 0;
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 0, max: 4 * BLOCK_BYTES }),
      fc.integer({ min: 0, max: 4 * BLOCK_BYTES }),
      fc.integer({ min: 1, max: 50_000 }),
      (steps, memory, shared, segment) => {
        const pool = new BlockPool(shared);
        const output = new RetainedOutput(join(folder, `${run++}`), pool, {
          memory,
          total: 2 ** 30,
          segment,
        });
        let to = 0;
        let from = 0;
        for (const one of steps) {
          if ('push' in one) {
            output.push(stream(to, one.push));
            to += one.push;
          } else if ('ack' in one) {
            const offset = from + Math.floor((to - from) * one.ack);
            output.acknowledge(offset);
            from = Math.max(from, Math.min(offset, to));
          } else {
            const at = from + Math.floor((to - from) * one.read);
            expect(readAll(output, at, one.limit).equals(stream(at, to - at))).toBe(true);
          }
          expect([output.from, output.to]).toEqual([from, to]);
          expect(output.memoryBytes).toBeLessThanOrEqual(Math.max(memory, 0));
        }
        output.remove();
        expect(pool.full).toBe(false);
        expect(readdirSync(folder)).toEqual([]);
      },
    ),
    { numRuns: 120 },
  );
});

test('what is spilled is 0600 and goes with its acknowledgement, segment by segment', () => {
  const output = new RetainedOutput(join(folder, 'x'), new BlockPool(2 ** 30), {
    memory: 0,
    total: 2 ** 30,
    segment: BLOCK_BYTES,
  });
  output.push(stream(0, 3 * BLOCK_BYTES));
  expect(readdirSync(folder)).toHaveLength(3);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  output.acknowledge(BLOCK_BYTES + 5);
  expect(readdirSync(folder)).toHaveLength(2);
  output.acknowledge(3 * BLOCK_BYTES);
  expect(readdirSync(folder)).toEqual([]);
});

test('one process alone cannot take the memory of all: beyond the shared bound each goes to the disk', () => {
  const pool = new BlockPool(4 * BLOCK_BYTES);
  const limits = { memory: 2 ** 30, total: 2 ** 30, segment: 2 ** 20 };
  const [one, other] = ['a', 'b'].map((name) => new RetainedOutput(join(folder, name), pool, limits));
  one?.push(stream(0, 4 * BLOCK_BYTES));
  expect(one?.spilledBytes).toBe(0);
  other?.push(stream(0, 100));
  expect(other).toMatchObject({ memoryBytes: 0, spilledBytes: 100 });
  expect(other?.read(0, 1000).equals(stream(0, 100))).toBe(true);
});

test('at the hard bound it asks to be held back, until enough is acknowledged', () => {
  const output = new RetainedOutput(join(folder, 'x'), new BlockPool(2 ** 30), {
    memory: 1000,
    total: 5000,
    segment: 2000,
  });
  output.push(stream(0, 4999));
  expect(output.full).toBe(false);
  output.push(stream(4999, 1));
  expect(output.full).toBe(true);
  output.acknowledge(1);
  expect(output.full).toBe(false);
});

test('a disk that takes nothing: held back, nothing lost, and on disk when it takes some again', () => {
  // A file where the folder should be: the system refuses as it does on a full disk.
  writeFileSync(join(folder, 'spill'), '');
  const output = new RetainedOutput(join(folder, 'spill', 'x'), new BlockPool(2 ** 30), {
    memory: BLOCK_BYTES,
    total: 2 ** 30,
    segment: 2000,
  });
  output.push(stream(0, 40_000));
  expect(output.failure).toMatchObject({ code: 'ENOTDIR' });
  expect(output.full).toBe(true);
  output.push(stream(40_000, 10_000));
  expect(readAll(output, 0, 7000).equals(stream(0, 50_000))).toBe(true);
  output.acknowledge(12_345);
  rmSync(join(folder, 'spill'));
  mkdirSync(join(folder, 'spill'));
  output.relieve();
  expect(output).toMatchObject({ full: false, failure: null, memoryBytes: 0 });
  expect(readAll(output, 12_345, 7000).equals(stream(12_345, 50_000 - 12_345))).toBe(true);
});
