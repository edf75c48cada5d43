import { Tooltip } from '@base-ui/react/tooltip';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { SignedOut } from '../features/access/signed-out.tsx';
import { QuestionCommands } from '../features/questions/question-commands.tsx';
import { useConnection } from '../live/connection.ts';
import { followIndex } from '../live/index-store.ts';
import { resendAll } from '../live/outbox.ts';
import { Toasts } from '../ui/toasts.tsx';
import { applyAppearance } from './appearance.ts';
import { loadSessionPage, router } from './router.tsx';

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: true } },
});

/** ms */
const AFTER_FIRST_PAINT = 200;

export function App() {
  const isSignedOut = useConnection((state) => state.connection === 'signed_out');
  useEffect(() => applyAppearance(), []);
  useEffect(() => followIndex(), []);
  useEffect(() => resendAll(), []);
  useEffect(() => {
    const timer = setTimeout(() => void loadSessionPage().catch(() => {}), AFTER_FIRST_PAINT);
    return () => clearTimeout(timer);
  }, []);
  if (isSignedOut) return <SignedOut />;
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delay={400}>
        <RouterProvider router={router} />
        <QuestionCommands />
        <Toasts />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
