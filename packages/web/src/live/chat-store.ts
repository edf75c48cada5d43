import type {
  ChatState,
  Message,
  MessagePage,
  Permission,
  PilotlightError,
  Turn,
} from '@pilotlight/protocol';
import { emptyChatState } from '@pilotlight/protocol';
import { noteSignedOut } from './connection.ts';
import { PacedStore } from './paced-store.ts';
import { server } from './server.ts';

/** One chat as this page knows it: the followed state, and the earlier pages that were asked for. */
export interface ChatView {
  /** false until the first snapshot */
  isLoaded: boolean;
  /** the chat cannot be followed: it is gone, or the browser is signed out */
  error: PilotlightError | null;
  state: ChatState;
  /** older than the first of `state.messages`, without a gap, oldest first */
  earlier: readonly Message[];
  hasEarlier: boolean;
  isLoadingEarlier: boolean;
  /** of the messages in `earlier` too */
  turns: Readonly<Record<string, Turn>>;
  permissions: Readonly<Record<string, Permission>>;
}

/** Messages of one earlier page: large enough that scrolling up a long chat asks rarely. */
const PAGE = 500;
/** How long a chat nobody looks at is still followed, in ms, so that going back to it is instant. */
const LINGER = 60_000;

const EMPTY: ChatView = {
  isLoaded: false,
  error: null,
  state: emptyChatState(),
  earlier: [],
  hasEarlier: false,
  isLoadingEarlier: false,
  turns: {},
  permissions: {},
};

/** Follows one chat while somebody looks at it. */
export class ChatStore {
  readonly chatId: string;
  readonly view = new PacedStore<ChatView>(EMPTY);
  #pages: Pick<MessagePage, 'turns' | 'permissions'>[] = [];
  #following: Disposable | null = null;
  #users = 0;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(chatId: string) {
    this.chatId = chatId;
  }

  /** Follows until the answer is called. */
  use(): () => void {
    this.#users += 1;
    clearTimeout(this.#linger);
    this.#following ??= this.#follow();
    return () => {
      this.#users -= 1;
      if (this.#users === 0) this.#linger = setTimeout(() => this.#letGo(), LINGER);
    };
  }

  /** One page of older messages; nothing when there is none or one is on its way. */
  async loadEarlier(): Promise<void> {
    const { hasEarlier, isLoadingEarlier, earlier, state } = this.view.value;
    const before = earlier[0]?.id ?? state.messages[0]?.id;
    if (!hasEarlier || isLoadingEarlier || before === undefined) return;
    this.view.set({ ...this.view.value, isLoadingEarlier: true });
    try {
      const page = await server.listMessages(this.chatId, { before, limit: PAGE });
      const now = this.view.value;
      // Meanwhile a snapshot may have moved the window; what does not adjoin any more is thrown away.
      if ((now.earlier[0]?.id ?? now.state.messages[0]?.id) !== before) return;
      this.#pages.push(page);
      this.#show({ earlier: [...page.messages, ...now.earlier], hasEarlier: page.hasEarlier });
    } catch (error) {
      if (!noteSignedOut(error)) throw error;
    } finally {
      this.view.set({ ...this.view.value, isLoadingEarlier: false });
    }
  }

  /** Loads earlier pages until the message is here. False when the chat has no such message. */
  async loadUntil(messageId: string): Promise<boolean> {
    const isHere = () => {
      const { earlier, state } = this.view.value;
      return [earlier, state.messages].some((list) => list.some((message) => message.id === messageId));
    };
    while (!isHere()) {
      const { hasEarlier, earlier } = this.view.value;
      if (!hasEarlier) return false;
      await this.loadEarlier();
      if (this.view.value.earlier.length === earlier.length) return isHere();
    }
    return true;
  }

  #follow(): Disposable {
    return server.followChat(this.chatId, {
      onState: (state) => this.#take(state),
      onError: (error) => {
        if (!noteSignedOut(error)) this.view.set({ ...this.view.value, error });
      },
    });
  }

  #letGo(): void {
    this.#following?.[Symbol.dispose]();
    this.#following = null;
    stores.delete(this.chatId);
  }

  #take(state: ChatState): void {
    const { earlier, state: before, isLoaded, hasEarlier } = this.view.value;
    const first = state.messages[0]?.id;
    if (!isLoaded || first === before.messages[0]?.id) {
      this.#show({ state, hasEarlier: earlier.length > 0 ? hasEarlier : state.hasEarlier });
      return;
    }
    // A snapshot moved the window. What it left behind goes to the earlier ones where both adjoin.
    const at = before.messages.findIndex((message) => message.id === first);
    if (at > 0) this.#show({ state, earlier: [...earlier, ...before.messages.slice(0, at)] });
    else {
      this.#pages = [];
      this.#show({ state, earlier: [], hasEarlier: state.hasEarlier });
    }
  }

  #show(changes: Partial<ChatView>): void {
    const next = { ...this.view.value, ...changes, isLoaded: true };
    const { turns, permissions } = next.state;
    this.view.set({
      ...next,
      turns: this.#withPages(turns, ({ turns: older }) => older),
      permissions: this.#withPages(permissions, ({ permissions: older }) => older),
    });
  }

  #withPages<T extends { id: string }>(
    newest: Record<string, T>,
    older: (page: Pick<MessagePage, 'turns' | 'permissions'>) => T[],
  ): Record<string, T> {
    if (this.#pages.length === 0) return newest;
    const fromPages = this.#pages.flatMap((page) => older(page).map((item) => [item.id, item] as const));
    return { ...Object.fromEntries(fromPages), ...newest };
  }
}

const stores = new Map<string, ChatStore>();

export function chatStore(chatId: string): ChatStore {
  let store = stores.get(chatId);
  if (store === undefined) {
    store = new ChatStore(chatId);
    stores.set(chatId, store);
  }
  return store;
}
