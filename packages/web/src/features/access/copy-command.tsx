import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import * as words from '../../words/index.ts';

/** A command to type elsewhere; pressing it copies it. */
export function CopyCommand({ command }: { command: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      title={words.common.copy}
      onClick={() => {
        void navigator.clipboard?.writeText(command).then(() => setIsCopied(true));
      }}
      className="flex h-10 w-full items-center gap-2 rounded-md border border-line bg-sunken px-3 text-left hover:border-line-strong pointer-coarse:h-11"
    >
      <span aria-hidden className="font-mono text-code text-ink-3">
        $
      </span>
      <code className="flex-1 font-mono text-code">{command}</code>
      <Icon size={14} strokeWidth={1.75} className={isCopied ? 'text-good' : 'text-ink-3'} />
      <span role="status" className="sr-only">
        {isCopied ? words.common.copied : ''}
      </span>
    </button>
  );
}
