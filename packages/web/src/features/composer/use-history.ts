import { useRef } from 'react';
import { chatStore } from '../../live/chat-store.ts';
import { showError } from '../../ui/toasts.tsx';
import { pastPrompts } from './chat-facts.ts';
import { stepThrough } from './prompt-history.ts';

/** The chat's earlier prompts, one at a time. */
export function useHistory(chatId: string) {
  const at = useRef<number | null>(null);
  return {
    isOpen: () => at.current !== null,
    leave: () => {
      at.current = null;
    },
    /** The text to show; null when there is none in that direction. Older pages are loaded as one gets there. */
    step(direction: 'older' | 'newer'): string | null {
      const store = chatStore(chatId);
      const view = store.view.value;
      const step = stepThrough(pastPrompts(view), at.current, direction);
      if (step === null) {
        if (direction === 'older' && view.hasEarlier) store.loadEarlier().catch(showError);
        return null;
      }
      at.current = step.at;
      return step.text;
    },
  };
}
