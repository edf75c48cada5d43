import { useState } from 'react';
import { currentIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

/** Brings back the worktree of a chat's session, and says what is in it. */
export function RepairButton({ chatId }: { chatId: string }) {
  const [isBusy, setIsBusy] = useState(false);
  const w = words.transcript.repair;
  const repair = async () => {
    const sessionId = currentIndex().chats[chatId]?.sessionId;
    if (sessionId === undefined) return;
    setIsBusy(true);
    try {
      const { how, stateOf } = await server.repairSession(sessionId);
      toast(how === 'recreated' ? w.recreated(stateOf) : w[how]);
    } catch (error) {
      showError(error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Button className="mt-2 mr-2" disabled={isBusy} onClick={() => void repair()}>
      {w.action}
    </Button>
  );
}
