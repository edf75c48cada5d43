import { create } from 'zustand';

/** Whose permissions are shown; `sessionId` null: those of the project alone. */
export interface ShownPolicy {
  projectId: string;
  sessionId: string | null;
}

export const usePolicyOverlay = create<{ shown: ShownPolicy | null }>(() => ({ shown: null }));

export function openPolicy(shown: ShownPolicy): void {
  usePolicyOverlay.setState({ shown });
}

export function closePolicy(): void {
  usePolicyOverlay.setState({ shown: null });
}
