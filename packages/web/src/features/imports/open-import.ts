import { create } from 'zustand';

/** `projectId`: whose conversations are shown first; null: those of the project used last. */
export const useImportOverlay = create<{ shown: { projectId: string | null } | null }>(() => ({
  shown: null,
}));

/** Opens the dialog that imports a conversation, from any place. */
export function openImport(projectId: string | null = null): void {
  useImportOverlay.setState({ shown: { projectId } });
}

export function closeImport(): void {
  useImportOverlay.setState({ shown: null });
}
