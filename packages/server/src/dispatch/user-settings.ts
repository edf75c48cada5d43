import { DEFAULT_TASK_LIMITS, Settings, type TaskLimits, type UpdateSettings } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

const KEY = 'user';
const DEFAULTS: Settings = {
  continueInterrupted: false,
  goOnAfterLimit: false,
  taskLimits: DEFAULT_TASK_LIMITS,
};

/** What users chose for this server. */
export class UserSettings {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(): Settings {
    return Settings.catch(DEFAULTS).parse(this.#store.settings.get(KEY));
  }

  update(changes: UpdateSettings): Settings {
    const before = this.get();
    const settings: Settings = {
      continueInterrupted: changes.continueInterrupted ?? before.continueInterrupted,
      goOnAfterLimit: changes.goOnAfterLimit ?? before.goOnAfterLimit,
      taskLimits: changedLimits(before.taskLimits, changes.taskLimits),
    };
    this.#store.settings.set(KEY, settings);
    return settings;
  }
}

function changedLimits(
  before: TaskLimits,
  { machine, agent, agents }: NonNullable<UpdateSettings['taskLimits']> = {},
): TaskLimits {
  const all = Object.entries({ ...before.agents, ...agents });
  return {
    machine: machine ?? before.machine,
    agent: agent ?? before.agent,
    agents: Object.fromEntries(all.flatMap(([id, limit]) => (limit === null ? [] : [[id, limit]]))),
  };
}
