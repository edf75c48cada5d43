import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import * as words from '../../words/index.ts';
import { IconButton } from '../button.tsx';
import { showError } from '../toasts.tsx';

/** Copies a text and says so for a moment, in its own place. */
export function CopyButton({ text, label, className }: { text: string; label?: string; className?: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(() => {
      setIsCopied(true);
      setTimeout(() => setIsCopied(false), 1500);
    }, showError);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <IconButton
      label={isCopied ? words.common.copied : (label ?? words.common.copy)}
      icon={<Icon size={14} strokeWidth={1.75} />}
      onClick={copy}
      {...(className === undefined ? {} : { className })}
    />
  );
}
