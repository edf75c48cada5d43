import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growingOutput, toolSnapshot } from '../test/frame-arbitraries.ts';
import { emptyToolSnapshot, type AcpToolSnapshot } from './acp-tool-snapshot.ts';
import { applyToolPatch, diffToolSnapshot, findAppend } from './apply-tool-patch.ts';
import { ToolPatch } from './tool-patch.ts';

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function terminal(output: string): AcpToolSnapshot {
  return { ...emptyToolSnapshot('t'), content: [{ type: 'terminal', terminalId: 'x', output }] };
}

describe('a tool patch', () => {
  it('makes the second snapshot of the first, whatever they are', () => {
    fc.assert(
      fc.property(toolSnapshot, toolSnapshot, (before, after) => {
        const patch = diffToolSnapshot(before, after);
        const sent = patch === null ? {} : ToolPatch.parse(overTheWire(patch));
        // Compared as JSON values: an absent field and one that is undefined are the same on the wire.
        expect(overTheWire(applyToolPatch(before, sent))).toEqual(overTheWire(after));
      }),
      { numRuns: 500 },
    );
  });

  it('is null exactly when nothing changed', () => {
    fc.assert(
      fc.property(toolSnapshot, (snapshot) => {
        expect(diffToolSnapshot(snapshot, overTheWire(snapshot))).toBeNull();
      }),
    );
  });

  it('carries only what was appended to a growing output', () => {
    const before = terminal('line\n'.repeat(1000));
    const after = terminal(`${'line\n'.repeat(1000)}done\n`);
    expect(diffToolSnapshot(before, after)).toEqual({ appends: [{ index: 0, text: 'done\n' }] });
  });

  it('follows a window that slid over the output', () => {
    const lines = Array.from({ length: 200 }, (_, n) => `line ${n}\n`);
    const before = terminal(lines.slice(0, 100).join(''));
    const after = terminal(lines.slice(20, 120).join(''));
    const patch = diffToolSnapshot(before, after);
    expect(patch?.items).toBeUndefined();
    expect(patch?.appends).toEqual([
      { index: 0, drop: lines.slice(0, 20).join('').length, text: lines.slice(100, 120).join('') },
    ]);
  });

  it('says that a raw field went away', () => {
    const before = { ...emptyToolSnapshot('t'), rawInput: { a: 1 }, rawOutput: 'x' };
    const after = { ...emptyToolSnapshot('t'), rawInput: null };
    const patch = diffToolSnapshot(before, after);
    expect(patch).toEqual({ set: { rawInput: null }, unset: ['rawOutput'] });
    expect(Object.keys(applyToolPatch(before, overTheWire(patch ?? {})))).not.toContain('rawOutput');
  });

  it('ignores what lies beyond the list', () => {
    const patch = {
      items: [{ index: 5, item: terminal('x').content[0]! }],
      appends: [{ index: 7, text: 'y' }],
    };
    expect(applyToolPatch(terminal('a'), patch)).toEqual(terminal('a'));
  });

  it('finds how a text continues another, or says that it does not', () => {
    fc.assert(
      fc.property(growingOutput, growingOutput, (before, after) => {
        const grown = findAppend(before, after);
        expect(grown === null ? after : before.slice(grown.drop) + grown.text).toBe(after);
      }),
      { numRuns: 500 },
    );
  });
});
