import { EventEmitter, once } from 'node:events';
import type { Marker } from './marker.ts';
import type { ModelFormat, ReceivedImage } from './model-request.ts';

/** How far an answer has come; `held` waits for `release`, `aborted` means that the client went away. */
export type ModelRequestState = 'streaming' | 'held' | 'finished' | 'aborted';

/** One model request as the server saw and answered it. It changes while the answer is under way. */
export interface ModelRequestRecord {
  readonly format: ModelFormat;
  readonly model: string;
  readonly stream: boolean;
  /** The marker that chose the answer, null when no user message had one. */
  readonly marker: Marker | null;
  readonly kind: 'text' | 'tool' | 'json' | 'aside' | 'error';
  /** The tool that the answer calls. */
  readonly tool: string | null;
  /** The tools that the agent offered. */
  readonly tools: readonly string[];
  /** Tool results in the conversation since the marker. */
  readonly toolResults: number;
  /** The marker's script was over before. */
  readonly isAfterwards: boolean;
  /** Everything said by the user in the conversation, embedded files included. */
  readonly userText: string;
  readonly images: readonly ReceivedImage[];
  /** How hard the model is to think; null when the request does not say. */
  readonly effort: string | null;
  /** HTTP status of the answer. */
  readonly status: number;
  /** An error was answered, or the connection broken off. */
  readonly isFailure: boolean;
  state: ModelRequestState;
}

/** All model requests of a server in the order of their arrival, with a way to wait for one. */
export class RequestJournal {
  readonly records: ModelRequestRecord[] = [];
  readonly #changed = new EventEmitter().setMaxListeners(0);

  add(record: ModelRequestRecord): void {
    this.records.push(record);
    this.#changed.emit('change');
  }

  advance(record: ModelRequestRecord, state: ModelRequestState): void {
    record.state = state;
    this.#changed.emit('change');
  }

  /** How often answers of this very script have failed. */
  failures(marker: Marker): number {
    const same = ({ marker: other }: ModelRequestRecord) =>
      other?.name === marker.name && other.tag === marker.tag;
    return this.records.filter((record) => same(record) && record.isFailure).length;
  }

  /**
   * The first record that satisfies the predicate, now or after any later change.
   * Rejects with an AbortError when the signal aborts first.
   */
  async waitFor(
    predicate: (record: ModelRequestRecord) => boolean,
    signal?: AbortSignal,
  ): Promise<ModelRequestRecord> {
    for (;;) {
      const found = this.records.find(predicate);
      if (found) return found;
      await once(this.#changed, 'change', signal ? { signal } : {});
    }
  }
}
