import { Brain } from 'lucide-react';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { Beginning } from './beginning.tsx';
import { Line, LineBody } from './line.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { useOpen } from './open-rows.ts';
import type { Row } from './transcript-rows.ts';

/** "Thought for 8 s"; what was thought opens in place. */
export function ReasoningRow({ row }: { row: Extract<Row, { kind: 'reasoning' }> }) {
  const { part, isGrowing } = row;
  const [isOpen, toggle] = useOpen(row.key);
  return (
    <Line
      icon={Brain}
      isOpen={isOpen}
      onToggle={toggle}
      body={
        <LineBody className="text-ui text-ink-2">
          <Beginning head={part.head} />
          <Markdown text={part.text} isGrowing={isGrowing} />
        </LineBody>
      }
    >
      {isGrowing ? (
        <span>
          {words.transcript.thinking} <Elapsed since={part.startedAt} />
        </span>
      ) : (
        <span>{words.transcript.thought(part.endedAt - part.startedAt)}</span>
      )}
    </Line>
  );
}
