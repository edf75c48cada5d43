import { create } from 'zustand';

/** What can be done from a turn that has ended. */
export type TurnChange = 'undo' | 'restore_before' | 'restore_after' | 'fork';

export interface TurnChangeRequest {
  kind: TurnChange;
  turnId: string;
  sessionId: string;
}

/** What is asked about a turn; the dialog is mounted once, as rows of a transcript come and go. */
export const useTurnChange = create<{ request: TurnChangeRequest | null }>()(() => ({ request: null }));

export function openTurnChange(request: TurnChangeRequest): void {
  useTurnChange.setState({ request });
}

export function closeTurnChange(): void {
  useTurnChange.setState({ request: null });
}
