import { create } from 'zustand';

/** Whose choice is shown; `sessionId` null: that of the project alone. */
export interface IgnoredFilesRequest {
  projectId: string;
  sessionId: string | null;
}

/** Whether it is being chosen if kept states hold ignored files; the dialog is mounted once, over every place. */
export const useIgnoredFiles = create<{ request: IgnoredFilesRequest | null }>()(() => ({ request: null }));

export function openIgnoredFiles(request: IgnoredFilesRequest): void {
  useIgnoredFiles.setState({ request });
}

export function closeIgnoredFiles(): void {
  useIgnoredFiles.setState({ request: null });
}
