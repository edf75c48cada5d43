import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toolSnapshot } from '../test/frame-arbitraries.ts';
import { emptyToolSnapshot, mergeToolUpdate, type AcpToolUpdate } from './acp-tool-snapshot.ts';
import { isToolEnded } from './tool-status.ts';

describe('merging a tool update', () => {
  it('leaves what the update does not say, or says as null', () => {
    const silent: AcpToolUpdate = {
      id: 'tool1',
      title: null,
      kind: null,
      status: null,
      content: null,
      locations: null,
      rawInput: null,
      parentToolCallId: null,
    };
    fc.assert(
      fc.property(toolSnapshot, (snapshot) => {
        expect(mergeToolUpdate(snapshot, { id: 'tool1' })).toEqual(snapshot);
        expect(mergeToolUpdate(snapshot, silent)).toEqual(snapshot);
      }),
    );
  });

  it('replaces whole lists', () => {
    const before = { ...emptyToolSnapshot('t'), locations: [{ path: '/a' }, { path: '/b' }] };
    expect(mergeToolUpdate(before, { id: 't', locations: [{ path: '/c' }], content: [] })).toEqual({
      ...before,
      locations: [{ path: '/c' }],
    });
  });

  it('never takes a status back', () => {
    fc.assert(
      fc.property(toolSnapshot, toolSnapshot, (before, update) => {
        const merged = mergeToolUpdate(before, update);
        const rank = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'].indexOf(before.status);
        expect(isToolEnded(merged.status)).toBe(isToolEnded(before.status) || isToolEnded(update.status));
        expect(merged.status === 'pending').toBe(rank === 0 && update.status === 'pending');
      }),
    );
  });

  it('makes a call that was never announced', () => {
    const merged = mergeToolUpdate(undefined, {
      id: 'late',
      status: 'in_progress',
      rawInput: { command: 'ls' },
    });
    expect(merged).toEqual({
      ...emptyToolSnapshot('late'),
      status: 'in_progress',
      rawInput: { command: 'ls' },
    });
  });

  it('does not change the snapshot it is given', () => {
    fc.assert(
      fc.property(toolSnapshot, toolSnapshot, (before, update) => {
        const copy = structuredClone(before);
        mergeToolUpdate(before, update);
        expect(before).toEqual(copy);
      }),
    );
  });
});
