import { RotateCcw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useOwnKeys, type BoundCommand } from '../../app/commands.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Keys } from '../../ui/keys.tsx';
import * as words from '../../words/index.ts';
import { afterBinding, afterReset, conflictOf, pressOf, withPress, type Conflict } from './pressed-keys.ts';
import { spoken } from './spoken.ts';

const text = words.palette.sheet;

export interface ShortcutRowProps {
  command: BoundCommand;
  /** all that can be done now, to find who has the keys */
  commands: readonly BoundCommand[];
  isRecording: boolean;
  onRecord(isRecording: boolean): void;
}

/** One command with its keys; pressing them records new ones. */
export function ShortcutRow({ command, commands, isRecording, onRecord }: ShortcutRowProps) {
  const isOwn = useOwnKeys(({ keys }) => command.id in keys);
  if (isRecording) return <Recording command={command} commands={commands} onEnd={() => onRecord(false)} />;
  return (
    <li className="group/key flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-active/50">
      <span className="min-w-0 flex-1 truncate">{command.title}</span>
      {isOwn ? (
        <IconButton
          label={text.reset(command.title)}
          icon={<RotateCcw size={14} strokeWidth={1.75} />}
          onClick={() =>
            useOwnKeys.setState(({ keys }) => ({ keys: afterReset(keys, commands, command.id) }))
          }
        />
      ) : null}
      <button
        type="button"
        title={text.changeShort}
        onClick={() => onRecord(true)}
        className={cx(
          'flex h-7 min-w-14 items-center justify-end rounded-md border border-transparent px-1.5 group-hover/key:border-line-strong',
          'hover:bg-raised pointer-coarse:h-11 pointer-coarse:min-w-20',
        )}
      >
        <span className="sr-only">{text.change(command.title, spoken(command.keys) || text.noKeys)}</span>
        {command.keys === undefined ? (
          <span aria-hidden className="text-small text-ink-3">
            {text.none}
          </span>
        ) : (
          <Keys keys={command.keys} />
        )}
      </button>
    </li>
  );
}

type RecordingProps = Pick<ShortcutRowProps, 'command' | 'commands'> & { onEnd(): void };

/** Takes every key until Enter saves, Escape cancels or the focus goes elsewhere. */
function Recording({ command, commands, onEnd }: RecordingProps) {
  const [recorded, setRecorded] = useState<string | null>(null);
  const conflict = recorded === null ? null : conflictOf(command, recorded, commands);
  const canSave = recorded !== null && (conflict === null || conflict.kind === 'command');
  const save = () => {
    if (!canSave) return;
    useOwnKeys.setState(({ keys }) => ({ keys: afterBinding(keys, commands, command.id, recorded) }));
    onEnd();
  };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const press = pressOf(event);
      const isOnButton =
        event.target instanceof HTMLElement && event.target.dataset['recording'] === 'button';
      // The way to the buttons below stays open to who has no mouse.
      if (press === 'Tab' || press === 'Shift+Tab' || (isOnButton && press === 'Enter')) return;
      // Before everybody else who listens: what is pressed here is not meant for them.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (press === null || event.repeat) return;
      if (press === 'Escape') onEnd();
      else if (press === 'Enter') save();
      else if (press === 'Backspace') setRecorded('');
      else setRecorded(withPress(recorded ?? '', press));
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  });
  return (
    <li
      className="my-1 rounded-md border border-flame bg-flame-wash px-2 py-1.5"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) onEnd();
      }}
    >
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium">{command.title}</span>
        <span
          ref={(field) => field?.focus()}
          role="textbox"
          aria-readonly
          aria-label={text.recording(command.title)}
          aria-describedby="recording-help"
          tabIndex={0}
          className="flex h-7 min-w-36 items-center justify-end rounded-md bg-raised px-2 outline-none"
        >
          {recorded === null ? (
            <span className="text-ink-2">{text.press}</span>
          ) : recorded === '' ? (
            <span className="text-ink-2">{text.none}</span>
          ) : (
            <Keys keys={recorded} />
          )}
        </span>
      </div>
      <div className="flex min-h-7 items-center gap-2 pt-1">
        <p
          id="recording-help"
          role="status"
          className={cx('min-w-0 flex-1 text-small', INK[conflict?.kind ?? 'none'])}
        >
          <span className="sr-only">{recorded === null ? null : spoken(recorded) || text.noKeys} </span>
          {conflict === null ? (recorded === null ? text.cancelHint : text.saveHint) : conflictText(conflict)}
        </p>
        <Button data-recording="button" look="quiet" onClick={onEnd}>
          {words.common.cancel}
        </Button>
        <Button data-recording="button" look="primary" disabled={!canSave} onClick={save}>
          {words.common.save}
        </Button>
      </div>
    </li>
  );
}

/** A warning where saving is possible, else a refusal. */
const INK = {
  none: 'text-ink-2',
  command: 'text-flame-ink',
  browser: 'text-bad',
  fixed: 'text-bad',
  plain: 'text-bad',
};

function conflictText(conflict: Conflict): string {
  if (conflict.kind !== 'command') return text.conflict[conflict.kind];
  return text.conflict.command(conflict.commands.map(({ title }) => title).join('”, “'));
}
