import { errorCodeOf } from '@pilotlight/client';
import type { ChatState, Permission } from '@pilotlight/protocol';
import { persist } from './chat-driver.ts';
import type { Answer } from './records.ts';
import type { Address } from './server-process.ts';
import type { TopicReader } from './topic-reader.ts';

/** A user who says yes, once, to every question of a chat. */
export class Answering implements Disposable {
  readonly answers = new Map<string, Answer>();
  readonly #address: () => Promise<Address>;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;

  constructor(reader: TopicReader, address: () => Promise<Address>, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
    this.#stop = reader.watch((state) => {
      for (const permission of Object.values((state as ChatState).permissions))
        if (permission.state === 'pending' && !this.answers.has(permission.id)) void this.#answer(permission);
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  async #answer({ id, options }: Permission): Promise<void> {
    const answer: Answer = { permissionId: id, taken: 0, refusals: [] };
    this.answers.set(id, answer);
    const optionId =
      options.find(({ kind }) => kind === 'allow_once')?.optionId ?? options[0]?.optionId ?? '';
    try {
      await persist(
        this.#address,
        async (client) => {
          await client.answerPermission(id, { optionId, by: 'chaos' });
          answer.taken += 1;
        },
        this.#signal,
      );
    } catch (error) {
      // An answer whose acknowledgement was lost is refused the second time, and so is one to a turn that has ended.
      answer.refusals.push(errorCodeOf(error));
    }
  }
}
