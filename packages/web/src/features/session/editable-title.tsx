import { useState, type ReactNode } from 'react';
import { cx } from '../../ui/class-names.ts';

export interface EditableTitleProps {
  value: string;
  label: string;
  isEditing: boolean;
  /** the new title, or null when it stays */
  onDone(title: string | null): void;
  /** shown while it is not edited */
  children: ReactNode;
  className?: string;
}

/** A title that becomes a field in its own place: Enter or leaving keeps what was typed, Escape does not. */
export function EditableTitle({ isEditing, children, ...field }: EditableTitleProps) {
  return isEditing ? <Field {...field} /> : children;
}

function Field({ value, label, onDone, className }: Omit<EditableTitleProps, 'isEditing' | 'children'>) {
  const [text, setText] = useState(value);
  const done = () => {
    const title = text.trim();
    onDone(title === '' || title === value ? null : title);
  };
  return (
    <input
      autoFocus
      aria-label={label}
      value={text}
      maxLength={200}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) event.currentTarget.blur();
        if (event.key === 'Escape') onDone(null);
      }}
      className={cx(
        'h-7 min-w-0 rounded-md border border-line-strong bg-raised px-1.5 outline-none pointer-coarse:h-11',
        className,
      )}
    />
  );
}
