import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';

/** Opens the system's own dialog to choose files. */
export function AttachButton({ className, onFiles }: { className?: string; onFiles(files: File[]): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className={className}>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      <IconButton
        data-attach
        label={words.composer.attach}
        icon={<Paperclip size={16} strokeWidth={1.75} />}
        onClick={() => input.current?.click()}
      />
    </span>
  );
}
