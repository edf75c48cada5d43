import { useIndex } from '../../live/index-store.ts';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { BudgetForm } from './budget-form.tsx';
import { useUsage } from './reads.ts';
import { UsageTable } from './usage-table.tsx';

const text = words.usage;

/** What a chat and its session have used, and the most they may. */
export function UsageDialog({ chatId, onClose }: { chatId: string; onClose(): void }) {
  const sessionId = useIndex(({ chats }) => chats[chatId]?.sessionId ?? '');
  return (
    <Dialog open onClose={onClose} title={text.dialog} description={`${text.about}.`}>
      <div className="flex flex-col gap-4 overflow-y-auto px-4 pt-1 pb-4">
        <Sums chatId={chatId} sessionId={sessionId} />
        <div className="flex flex-col gap-4">
          <BudgetForm subject={chatId} scope="chat" />
          <BudgetForm subject={sessionId} scope="session" />
        </div>
      </div>
    </Dialog>
  );
}

function Sums({ chatId, sessionId }: { chatId: string; sessionId: string }) {
  const ofChat = useUsage({ by: 'chat', chatId }).data;
  const ofSession = useUsage({ by: 'session', sessionId }).data;
  if (ofChat === undefined || ofSession === undefined) return null;
  return (
    <UsageTable
      caption={text.title}
      lines={[
        { key: 'chat', name: text.thisChat, sum: ofChat.total },
        { key: 'session', name: text.thisSession, sum: ofSession.total },
      ]}
    />
  );
}
