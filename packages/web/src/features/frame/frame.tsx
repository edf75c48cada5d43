import { Outlet } from '@tanstack/react-router';
import { useShortcuts } from '../../app/commands.ts';

/** Stub of the foundation; its feature replaces it. */
export function Frame() {
  useShortcuts();
  return (
    <main className="h-full">
      <Outlet />
    </main>
  );
}
