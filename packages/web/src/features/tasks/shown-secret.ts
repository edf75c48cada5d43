import type { TriggerWithSecret } from '@pilotlight/protocol';
import { create } from 'zustand';

/** The secret of a trigger while it is shown, which is once. */
export const useShownSecret = create<{ shown: { triggerId: string; secret: string } | null }>()(() => ({
  shown: null,
}));

export function showSecret({ trigger, secret }: TriggerWithSecret): void {
  if (secret !== null) useShownSecret.setState({ shown: { triggerId: trigger.id, secret } });
}

export function hideSecret(): void {
  useShownSecret.setState({ shown: null });
}
