import { AgentCommand, ConfigOption, type AgentEvent } from '@pilotlight/protocol';
import { z } from 'zod';
import type { Announcer } from './announcer.ts';

/** What an agent said last, in any chat, that it can be told to do and to be. */
export interface AgentOffer {
  options: ConfigOption[];
  commands: AgentCommand[];
}

type OfferEvent = Extract<AgentEvent, { type: 'commands' | 'config' }>;

/** What another version of this server wrote may look different: it counts as never heard. */
const Kept = z.object({ options: z.array(ConfigOption), commands: z.array(AgentCommand) });

/**
 * Keeps what each agent offers, so that it can be chosen from before a new chat has heard of it. Only what changed is
 * written, with the next group commit: agents repeat themselves, and losing the last word costs nothing.
 */
export class AgentOffers {
  readonly #announcer: Announcer;
  /** by agent; read from the store at its first use */
  readonly #offers = new Map<string, AgentOffer>();
  /** agents whose offer waits to be written */
  readonly #unwritten = new Set<string>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** Empty lists when the agent was never heard. */
  of(agent: string): AgentOffer {
    let offer = this.#offers.get(agent);
    if (offer === undefined) {
      const kept = Kept.safeParse(this.#announcer.store.settings.get(keyOf(agent)));
      offer = kept.data ?? { options: [], commands: [] };
      this.#offers.set(agent, offer);
    }
    return offer;
  }

  /** @param event its lists must not be changed afterwards */
  record(agent: string, event: OfferEvent): void {
    const before = this.of(agent);
    const said = event.type === 'config' ? { options: event.options } : { commands: event.commands };
    const offer = { ...before, ...said };
    if (JSON.stringify(offer) === JSON.stringify(before)) return;
    this.#offers.set(agent, offer);
    if (this.#unwritten.has(agent)) return;
    this.#unwritten.add(agent);
    this.#announcer.journal.defer(() => {
      this.#announcer.store.settings.set(keyOf(agent), this.of(agent));
      this.#unwritten.delete(agent);
    }, []);
  }
}

function keyOf(agent: string): string {
  return `agent_offer:${agent}`;
}
