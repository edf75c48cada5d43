import type { Permission } from '@pilotlight/protocol';
import { memo } from 'react';
import { OpenQuestion } from './open-question.tsx';
import { QuestionLine } from './question-line.tsx';

export interface QuestionCardProps {
  permission: Permission;
  /** in the inbox: takes the keys wherever the focus is */
  inInbox?: boolean;
}

/** What an agent asks: the loudest thing on the page while it is open, one line when it is answered. */
export const QuestionCard = memo(function QuestionCard({ permission, inInbox = false }: QuestionCardProps) {
  return permission.state === 'pending' ? (
    <OpenQuestion permission={permission} inInbox={inInbox} />
  ) : (
    <QuestionLine permission={permission} />
  );
});
