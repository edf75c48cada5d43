import { Copy, Ellipsis, Link } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Menu } from '../../ui/menu.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { usePlace } from './place.ts';

/** Copies a text and says so. */
export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(() => toast(words.transcript.copied), showError);
}

export interface MessageActionsProps {
  messageId: string;
  text: string;
  /** without a place of its own where there is no pointer to hover with: a message has several texts */
  isQuiet?: boolean;
}

/** The menu of a message, beside it while it is hovered or has the focus. */
export function MessageActions({ messageId, text, isQuiet = false }: MessageActionsProps) {
  const { chatId, sessionId } = usePlace();
  const link = () => {
    const url = new URL(`/sessions/${sessionId}`, location.origin);
    url.searchParams.set('chat', chatId);
    url.searchParams.set('message', messageId);
    return url.href;
  };
  return (
    <div
      className={cx(
        'absolute -top-1 right-0 opacity-0 transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100',
        'has-[[data-popup-open]]:opacity-100 xl:-right-9',
        isQuiet
          ? 'pointer-coarse:hidden'
          : 'pointer-coarse:static pointer-coarse:-ml-3 pointer-coarse:opacity-100',
      )}
    >
      <Menu
        trigger={
          <IconButton
            label={words.transcript.actions}
            icon={<Ellipsis size={16} strokeWidth={1.75} />}
            className="bg-base xl:bg-transparent"
          />
        }
        items={[
          {
            label: words.transcript.copyText,
            icon: <Copy size={14} strokeWidth={1.75} />,
            onSelect: () => copy(text),
          },
          {
            label: words.transcript.copyLink,
            icon: <Link size={14} strokeWidth={1.75} />,
            onSelect: () => copy(link()),
          },
        ]}
      />
    </div>
  );
}
