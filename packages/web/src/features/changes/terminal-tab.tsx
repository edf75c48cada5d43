import { isToolEnded } from '@pilotlight/protocol';
import { useState } from 'react';
import { useChatPart } from '../../live/use-chat.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { showInSide, useSideTarget } from '../session/side-state.ts';
import { exitCodeOf } from '../transcript/tool-summary.ts';
import { commandsOf, outputOf, type RanCommand } from './commands-of.ts';
import { moveInList } from './move-in-list.ts';
import { TerminalView } from './terminal-view.tsx';

/** The commands of a chat, and the output of one of them, live. */
export function TerminalTab({ chatId, sessionId }: { chatId: string; sessionId: string }) {
  const messages = useChatPart(chatId, ({ state }) => state.messages);
  const target = useSideTarget(sessionId);
  const commands = commandsOf(messages);
  const asked = target?.kind === 'terminal' ? target.toolCallId : null;
  const shown = commands.find(({ toolCall }) => toolCall.id === asked) ?? commands[0];
  if (shown === undefined) return <Empty>{words.changes.terminalNone}</Empty>;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <ul
        aria-label={words.changes.commands}
        className="max-h-[30%] shrink-0 overflow-y-auto border-b px-2 py-1.5"
        onKeyDown={moveInList}
      >
        {commands.map((command) => (
          <li key={command.toolCall.id}>
            <CommandRow sessionId={sessionId} command={command} isShown={command === shown} />
          </li>
        ))}
      </ul>
      <Output key={shown.toolCall.id} command={shown} />
    </div>
  );
}

function CommandRow({
  sessionId,
  command: { toolCall },
  isShown,
}: {
  sessionId: string;
  command: RanCommand;
  isShown: boolean;
}) {
  const code = exitCodeOf(toolCall);
  const w = words.changes;
  const isFailed = toolCall.status === 'failed' || (code !== null && code !== 0);
  return (
    <button
      type="button"
      aria-current={isShown}
      onClick={() => showInSide({ kind: 'terminal', sessionId, toolCallId: toolCall.id })}
      className={cx(
        'flex h-7 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover pointer-coarse:h-11',
        isShown && 'bg-active',
      )}
    >
      <span className="min-w-0 flex-1 truncate font-mono text-code">{toolCall.title}</span>
      <span className={cx('text-small', isFailed ? 'text-bad' : 'text-ink-3')}>
        {isToolEnded(toolCall.status) ? (code === null ? '' : w.exit(code)) : w.running}
      </span>
    </button>
  );
}

function Output({ command: { toolCall } }: { command: RanCommand }) {
  const { text, head } = outputOf(toolCall);
  const [beginning, setBeginning] = useState('');
  const load = async (): Promise<void> => {
    const blobs = await Promise.all(head.map((blob) => server.getBlob(blob)));
    setBeginning(blobs.map((bytes) => new TextDecoder().decode(bytes)).join(''));
  };
  if (text === '') return <Empty>{words.changes.noOutput}</Empty>;
  return (
    <>
      {head.length > 0 && beginning === '' ? (
        <div className="flex justify-end px-2 py-1">
          <Button look="quiet" onClick={() => void load().catch(showError)}>
            {words.changes.earlierOutput}
          </Button>
        </div>
      ) : null}
      <TerminalView text={beginning + text} label={toolCall.title} />
    </>
  );
}
