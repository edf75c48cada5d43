import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applyFrame, type TopicState } from './apply-frame.ts';
import { ChatState } from './chat-state.ts';
import { ChatFrame, IndexFrame } from './frames.ts';
import { IndexState } from './index-state.ts';

/**
 * The vectors that every client must pass, in whatever language: each file is a list of
 * `{name, state, frames, expected}`. Frames are applied to `state` in order and must give exactly `expected`.
 */
const folder = new URL('../fixtures/', import.meta.url);
const State = z.discriminatedUnion('kind', [ChatState, IndexState]);
const Vector = z.strictObject({
  name: z.string(),
  state: State,
  frames: z.array(z.union([ChatFrame, IndexFrame, z.looseObject({ seq: z.number() })])),
  expected: State,
});

function vectorsOf(file: string): unknown[] {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as unknown[];
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('vectors of %s', (file) => {
  it.each(vectorsOf(file).map((vector) => [(vector as { name: string }).name, vector] as const))(
    '%s',
    (_, vector) => {
      expect(Vector.safeParse(vector).error).toBeUndefined();
      const { state, frames, expected } = vector as {
        state: TopicState;
        frames: (ChatFrame | IndexFrame)[];
        expected: TopicState;
      };
      const before = structuredClone(state);
      const after = frames.reduce<TopicState>((from, frame) => applyFrame(from, frame), state);
      expect(JSON.parse(JSON.stringify(after))).toEqual(expected);
      expect(state).toEqual(before);
    },
  );
});
