import type { AgentCommand } from '@pilotlight/protocol';
import { memo, useEffect, useRef, useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { useChatPart } from '../../live/use-chat.ts';
import { announce } from '../../ui/announce.ts';
import { cx } from '../../ui/class-names.ts';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { HoldCard } from '../holds/hold-card.tsx';
import { ScriptsNotice } from '../scripts/scripts-notice.tsx';
import { AgentPicker } from './agent-picker.tsx';
import { track } from './asked-options.ts';
import { AttachmentChips } from './attachment-chips.tsx';
import { queuedTurns, runningTurn } from './chat-facts.ts';
import { OptionPickers } from './option-pickers.tsx';
import { PromptField } from './prompt-field.tsx';
import { QueueList } from './queue-list.tsx';
import { StatusLine } from './status-line.tsx';
import { submitDraft } from './submit-draft.ts';
import { Toolbar } from './toolbar.tsx';
import { useAgents } from './use-agents.ts';
import { useComposerCommands } from './use-composer-commands.ts';
import { useFileDrop } from './use-file-drop.ts';

export interface ComposerProps {
  chatId: string;
  sessionId: string;
}

const NO_COMMANDS: readonly AgentCommand[] = [];

/** Where a chat is written to: the queue, the field with its attachments, the pickers, and the state in words. */
export const Composer = memo(function Composer(props: ComposerProps) {
  return <ComposerOfChat key={props.chatId} {...props} />;
});

function ComposerOfChat({ chatId, sessionId }: ComposerProps) {
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { agent, choose } = useAgentChoice(chatId);
  const info = useAgents().find(({ id }) => id === agent);
  const named = useChatPart(chatId, ({ state }) => state.commands[agent]);
  const isBusy = useChatPart(chatId, (view) => runningTurn(view) !== null || queuedTurns(view).length > 0);
  const isDropping = useFileDrop(root, chatId);
  useComposerCommands(root, field, chatId);

  const send = (): void => {
    if (isBusy) announce(words.composer.queuedAnnounced);
    void submitDraft(chatId, agent);
    field.current?.focus();
  };

  return (
    <div
      ref={root}
      className="@container shrink-0 px-2 pb-2 focus-within:pb-[max(8px,env(safe-area-inset-bottom))] phone:px-4 phone:pb-[max(8px,env(safe-area-inset-bottom))]"
    >
      <div className="mx-auto flex max-w-[760px] flex-col gap-1.5">
        <div className="flex flex-col">
          <ScriptsNotice chatId={chatId} />
          <HoldCard chatId={chatId} />
          <QueueList chatId={chatId} agent={agent} onLeave={() => field.current?.focus()} />
          <div
            className={cx(
              'relative rounded-lg border bg-raised transition-colors',
              isDropping ? 'border-flame' : 'border-line-strong focus-within:border-ink-3',
            )}
          >
            <AttachmentChips chatId={chatId} onRemoved={() => field.current?.focus()} />
            <PromptField
              chatId={chatId}
              sessionId={sessionId}
              agentName={info?.name ?? agent}
              commands={named ?? info?.commands ?? NO_COMMANDS}
              isBusy={isBusy}
              field={field}
              onSend={send}
            />
            <Toolbar chatId={chatId} isBusy={isBusy} onSend={send}>
              <AgentPicker agent={agent} onSelect={choose} />
              <OptionPickers chatId={chatId} agent={agent} />
            </Toolbar>
            {isDropping ? (
              <div className="absolute inset-0 flex items-center justify-center rounded-lg bg-flame-wash text-ink">
                {words.composer.dropHere}
              </div>
            ) : null}
          </div>
        </div>
        <StatusLine chatId={chatId} agent={agent} />
      </div>
    </div>
  );
}

/** The chat's agent; what was chosen here shows at once, and is taken back when the server refuses it. */
function useAgentChoice(chatId: string): { agent: string; choose(agent: string): void } {
  const inForce = useIndex(({ chats }) => chats[chatId]?.agent ?? '');
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    if (chosen === inForce) setChosen(null);
  }, [chosen, inForce]);
  return {
    agent: chosen ?? inForce,
    choose(agent) {
      if (agent === (chosen ?? inForce)) return;
      setChosen(agent);
      const change = server.updateChat(chatId, { agent });
      track(chatId, change);
      change.catch((error: unknown) => {
        setChosen(null);
        showError(error);
      });
    },
  };
}
