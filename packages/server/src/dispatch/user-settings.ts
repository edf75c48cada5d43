import { Settings, type UpdateSettings } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

const KEY = 'user';
const DEFAULTS: Settings = { continueInterrupted: false };

/** What users chose for this server. */
export class UserSettings {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(): Settings {
    return Settings.catch(DEFAULTS).parse(this.#store.settings.get(KEY));
  }

  update({ continueInterrupted }: UpdateSettings): Settings {
    const before = this.get();
    const settings = { continueInterrupted: continueInterrupted ?? before.continueInterrupted };
    this.#store.settings.set(KEY, settings);
    return settings;
  }
}
