import { ChevronDown } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Picker } from '../../ui/picker.tsx';
import * as words from '../../words/index.ts';
import { isTurn, type Scope } from './scope.ts';
import type { TurnChoice } from './use-turns.ts';

/** Which turn's changes are shown. */
export function TurnPicker(props: {
  turns: readonly TurnChoice[];
  scope: Scope;
  onScope(scope: Scope): void;
}) {
  const { turns, scope, onScope } = props;
  const w = words.review.scope;
  const shown = turns.find((turn) => turn.scope === scope);
  return (
    <Picker
      trigger={
        <Button look="quiet" className="max-w-60 min-w-0 shrink" aria-label={w.pickTurn}>
          <span className="truncate">{shown?.prompt ?? w.earlierTurn}</span>
          <ChevronDown size={14} strokeWidth={1.75} className="shrink-0" />
        </Button>
      }
      label={w.pickTurn}
      placeholder={w.findTurn}
      empty={w.noTurn}
      selectedId={scope}
      items={turns.map((turn) => ({
        id: turn.scope,
        name: turn.prompt,
        text: turn.prompt,
        detail: words.review.ago(words.time.ago(Date.now() - turn.createdAt)),
      }))}
      onSelect={(id) => isTurn(id) && onScope(id)}
    />
  );
}
