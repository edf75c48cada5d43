import { ArrowUp, ListPlus, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import { useChatPart } from '../../live/use-chat.ts';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { addFiles } from './add-files.ts';
import { AttachButton } from './attach-button.tsx';
import { runningTurn } from './chat-facts.ts';
import { isEmpty } from './draft.ts';
import { useDraft } from './drafts.ts';
import { stopTurn, useStopping } from './stopping.ts';

export interface ToolbarProps {
  chatId: string;
  isBusy: boolean;
  /** the pickers */
  children: ReactNode;
  onSend(): void;
}

/** In a narrow pane the icon says it to the eye. */
const LABEL = '@max-[460px]:sr-only';

/** Under the field: who answers and how, what goes along, stop and send. */
export function Toolbar({ chatId, isBusy, children, onSend }: ToolbarProps) {
  const cannotSend = useDraft(chatId, isEmpty);
  return (
    <div className="flex items-center gap-1 px-1.5 pb-1.5">
      <div className="flex [scrollbar-width:none] min-w-0 flex-1 items-center gap-0.5 overflow-x-auto mask-r-from-[calc(100%-16px)] pr-4">
        {children}
      </div>
      <AttachButton onFiles={(files) => void addFiles(chatId, files)} />
      <StopButton chatId={chatId} />
      <Button
        look={cannotSend ? 'quiet' : 'primary'}
        disabled={cannotSend}
        // The field keeps the focus, and with it a phone keeps its keyboard.
        onMouseDown={(event) => event.preventDefault()}
        onClick={onSend}
        title={isBusy ? words.composer.queueHint : undefined}
        icon={isBusy ? <ListPlus size={16} strokeWidth={1.75} /> : <ArrowUp size={16} strokeWidth={1.75} />}
      >
        <span className={LABEL}>{isBusy ? words.composer.queue : words.composer.send}</span>
      </Button>
    </div>
  );
}

function StopButton({ chatId }: { chatId: string }) {
  const turn = useChatPart(chatId, runningTurn);
  const asked = useStopping(({ turns }) => turns[chatId]);
  if (turn === null) return null;
  const isStopping = asked === turn.id;
  return (
    <Button
      disabled={isStopping}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => stopTurn(chatId, turn.id)}
      icon={<Square size={12} strokeWidth={1.75} fill="currentColor" />}
    >
      <span className={isStopping ? undefined : LABEL}>
        {isStopping ? words.composer.stopping : words.composer.stop}
      </span>
    </Button>
  );
}
