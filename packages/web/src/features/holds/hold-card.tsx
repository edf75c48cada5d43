import type { ChatHold } from '@pilotlight/protocol';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Switch } from '../../ui/switch.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { WithCode } from '../board/with-code.tsx';
import { BudgetForm } from '../usage/budget-form.tsx';
import { LoginPanel } from './login-panel.tsx';

const text = words.holds;

/** Why what waits in a chat does not start, and what can be done about it, where the queue stands. */
export function HoldCard({ chatId }: { chatId: string }) {
  const hold = useIndex(({ chats }) => chats[chatId]?.hold);
  const isWaiting = useIndex(({ chats }) => chats[chatId]?.runningSince === null);
  if (hold === undefined || !isWaiting) return null;
  return (
    <section
      aria-label={text.label}
      className="mx-2 mb-1.5 flex max-h-[45dvh] flex-col gap-2 overflow-y-auto rounded-lg border border-line-strong bg-raised px-3 py-2.5"
    >
      <div role="status">
        <p className="flex items-center gap-2 font-medium text-flame-ink">
          <Mark mark="held" />
          {text.titles[hold.reason]}
        </p>
        <p className="pt-0.5 text-ink-2 [overflow-wrap:anywhere]">
          <WithCode text={hold.message} />
        </p>
      </div>
      <Actions chatId={chatId} hold={hold} />
    </section>
  );
}

function Actions({ chatId, hold }: { chatId: string; hold: ChatHold }) {
  if (hold.reason === 'login') return <LoginPanel agent={hold.agent} />;
  if (hold.reason === 'budget') {
    return (
      <div className="flex flex-wrap items-end gap-2">
        <BudgetForm subject={hold.subject} scope={hold.scope} compact />
        <GoOn chatId={chatId} label={text.goOnOnce} />
      </div>
    );
  }
  const at = hold.resetsAt === null ? null : new Date(hold.resetsAt).toLocaleString();
  const decide = (goesOn: boolean) => void server.updateHold(chatId, { goesOn }).catch(showError);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className="text-ink-2">{at === null ? text.resetUnknown : text.resets(at)}</p>
      {at === null ? null : <Switch label={text.goesOn} checked={hold.goesOn} onChange={decide} />}
      <GoOn chatId={chatId} label={text.goOnNow} />
    </div>
  );
}

function GoOn({ chatId, label }: { chatId: string; label: string }) {
  const [isAsked, setAsked] = useState(false);
  const go = (): void => {
    setAsked(true);
    void server
      .goOn(chatId)
      .catch(showError)
      .finally(() => setAsked(false));
  };
  return (
    <Button disabled={isAsked} onClick={go}>
      {label}
    </Button>
  );
}
