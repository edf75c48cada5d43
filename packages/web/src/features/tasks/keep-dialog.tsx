import type { Task } from '@pilotlight/protocol';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';

const text = words.tasks.comparison;

/** Asks before the sessions of the others go. */
export function KeepDialog(props: { comparisonId: string; task: Task; onClose(): void }) {
  const { comparisonId, task, onClose } = props;
  const agent = useAgentName(task.agent);
  const [isBusy, setIsBusy] = useState(false);
  const keep = (): void => {
    setIsBusy(true);
    server.keepOne(comparisonId, task.id).catch(showError).finally(onClose);
  };
  return (
    <Dialog open onClose={onClose} title={text.keepTitle(agent)} description={text.keepAbout}>
      <footer className="flex justify-end gap-2 px-4 pt-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button look="primary" onClick={keep} disabled={isBusy}>
          {text.keep}
        </Button>
      </footer>
    </Dialog>
  );
}
