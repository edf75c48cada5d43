import type { BlobRef } from '@pilotlight/protocol';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { Markdown } from './markdown/markdown.tsx';
import { useBlobText } from './use-blobs.ts';

/** The beginning of a text that was too long to keep in the chat, loaded when somebody asks. */
export function Beginning({ head }: { head: readonly BlobRef[] | undefined }) {
  const { text, isLoading, load } = useBlobText(head ?? []);
  if (head === undefined || head.length === 0) return null;
  if (text !== null) return <Markdown text={text} isGrowing={false} />;
  const bytes = head.reduce((sum, { size }) => sum + size, 0);
  return (
    <Button look="quiet" className="mb-2 -ml-2.5" disabled={isLoading} onClick={load}>
      {words.transcript.beginning(words.transcript.bytes(bytes))}
    </Button>
  );
}
