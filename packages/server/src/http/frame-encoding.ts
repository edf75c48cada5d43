import type { ServerMessage } from '@pilotlight/protocol';
import type { CatchUp, PublishedBatch } from '../journal/journal.ts';

const encoded = new WeakMap<PublishedBatch, Buffer>();

/** The `frames` message of a batch, in UTF-8. Made once and shared by every client that gets the batch. */
export function encodeBatch(batch: PublishedBatch): Buffer {
  const known = encoded.get(batch);
  if (known !== undefined) return known;
  const made = Buffer.from(framesMessage(batch.topic, batch.json));
  encoded.set(batch, made);
  return made;
}

/** The message that answers a subscription, and the seq of the state a client has after it. */
export function encodeCatchUp(topic: string, catchUp: CatchUp): { text: string; seq: number; type: string } {
  if (catchUp.kind === 'tail') {
    return { text: framesMessage(topic, catchUp.json), seq: catchUp.lastSeq, type: 'frames' };
  }
  const message: ServerMessage = { type: 'snapshot', topic, state: catchUp.state };
  return { text: JSON.stringify(message), seq: catchUp.state.seq, type: 'snapshot' };
}

function framesMessage(topic: string, json: string): string {
  return `{"type":"frames","topic":${JSON.stringify(topic)},"frames":[${json}]}`;
}
