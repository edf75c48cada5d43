import { create } from 'zustand';

interface NewSessionRequest {
  isOpen: boolean;
  /** the project to begin with; null: the one used last */
  projectId: string | null;
  /** counts the openings: each begins with its own choices */
  opened: number;
  /** what was typed; a dialog that was closed by mistake still has it */
  prompt: string;
}

/** Whether the dialog for a new session is open; it is mounted once, in the frame. */
export const useNewSession = create<NewSessionRequest>()(() => ({
  isOpen: false,
  projectId: null,
  opened: 0,
  prompt: '',
}));

/** Opens the dialog, from any place. */
export function openNewSession(projectId: string | null = null): void {
  useNewSession.setState(({ opened }) => ({ isOpen: true, projectId, opened: opened + 1 }));
}

export function closeNewSession(): void {
  useNewSession.setState({ isOpen: false });
}

export function setNewPrompt(prompt: string): void {
  useNewSession.setState({ prompt });
}
