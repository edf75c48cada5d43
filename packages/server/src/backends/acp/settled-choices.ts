import type { AgentSessionChoice } from '@pilotlight/protocol';
import type { AcpSession } from './acp-session.ts';
import { applyAskMode, applyChoice } from './apply-choice.ts';
import { closeAcpSession } from './warm-chat.ts';

/** What each chat's agent was configured with, for when its session has to be opened again. */
export class SettledChoices {
  readonly #choices = new Map<string, AgentSessionChoice>();

  /** Only what was taken, so that a later start does not fail for it. */
  taken(key: string, choice: AgentSessionChoice): void {
    const before = this.#choices.get(key);
    const options = { ...before?.options, ...choice.options };
    this.#choices.set(key, { ...before, ...choice, options });
  }

  forget(key: string): void {
    this.#choices.delete(key);
  }

  /**
   * The asking mode unless the user chose another, then what the user chose. A session that cannot have it is closed.
   * @throws PilotlightError as `applyChoice`
   */
  async settle(key: string, session: AcpSession, model: string | null): Promise<void> {
    const { askMode } = session.process.agent;
    const choice = { ...this.#choices.get(key), ...(model === null ? {} : { model }) };
    try {
      if (choice.mode === undefined && askMode !== null) await applyAskMode(session, askMode);
      await applyChoice(session, choice);
    } catch (cause) {
      await closeAcpSession(session);
      await session.detach();
      throw cause;
    }
  }
}
