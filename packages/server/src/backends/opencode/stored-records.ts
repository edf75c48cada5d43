import { asList, type SessionRecord, type WirePart } from './wire.ts';
import { childSession, type StoredTurn } from './stored-messages.ts';

/** Whether it is the call with which the agent writes its plan. */
export function writesTodos(part: WirePart): boolean {
  return part.type === 'tool' && part.tool === 'todowrite';
}

/**
 * The stored messages of a session as records, in the order in which they would have come; what a sub-agent did comes
 * behind the call that started it. `plans`: each plan that was made comes behind the call that made it.
 */
export function* storedRecords(
  sessionID: string,
  stored: StoredTurn,
  plans: boolean,
): Generator<SessionRecord> {
  for (const { info, parts } of stored.get(sessionID) ?? []) {
    // A message that is complete closes its parts, so that is said last.
    const { completed: _completed, ...time } = info.time ?? {};
    yield { type: 'message.updated', sessionID, info: { ...info, time } };
    for (const part of parts) {
      yield { type: 'message.part.updated', sessionID, part };
      const child = childSession(part);
      if (child !== null) yield* storedRecords(child, stored, plans);
      if (plans && writesTodos(part) && part.state?.status === 'completed')
        yield { type: 'todo.updated', sessionID, todos: asList(part.state.input?.['todos']) };
    }
    yield { type: 'message.updated', sessionID, info };
  }
}
