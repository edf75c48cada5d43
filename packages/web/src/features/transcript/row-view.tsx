import { memo, type ReactNode } from 'react';
import { QuestionCard } from '../questions/question-card.tsx';
import { Content } from './content-block.tsx';
import { NoticeRow, OpaqueRow } from './marks.tsx';
import { PlanRow } from './plan-row.tsx';
import { PromptRow } from './prompt-row.tsx';
import { ReasoningRow } from './reasoning-row.tsx';
import { TextRow } from './text-row.tsx';
import { FoldRow, ToolRow } from './tool-row.tsx';
import type { Row } from './transcript-rows.ts';
import { TurnRow } from './turn-row.tsx';

/** Room above and below each kind; it is part of what is measured, so no margin may leave the row. */
export const ROOM: Record<Row['kind'] | 'sent', string> = {
  prompt: 'pt-7 pb-2.5',
  sent: 'pt-7 pb-2.5',
  text: 'py-2',
  reasoning: 'py-px',
  tool: 'py-px',
  fold: 'py-px',
  plan: 'py-2',
  content: 'py-2',
  notice: 'py-0.5',
  opaque: 'py-0.5',
  question: 'py-1.5',
  turn: 'pt-1.5 pb-2',
};

/** One row; renders again only when the row is another one. */
export const RowView = memo(function RowView({ row, isAsking }: { row: Row; isAsking: boolean }): ReactNode {
  switch (row.kind) {
    case 'prompt':
      return <PromptRow message={row.message} turn={row.turn} />;
    case 'text':
      return <TextRow row={row} />;
    case 'reasoning':
      return <ReasoningRow row={row} />;
    case 'tool':
      return <ToolRow row={row} />;
    case 'fold':
      return <FoldRow row={row} />;
    case 'plan':
      return <PlanRow row={row} />;
    case 'content':
      return <Content block={row.content} rowKey={row.key} />;
    case 'notice':
      return <NoticeRow row={row} />;
    case 'opaque':
      return <OpaqueRow row={row} />;
    case 'question':
      return <QuestionCard permission={row.question} />;
    case 'turn':
      return <TurnRow row={row} isAsking={isAsking} />;
  }
});
