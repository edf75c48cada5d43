import { toErrorInfo } from '@pilotlight/protocol';
import { useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { useRefresh } from '../review/reads.ts';
import { DialogFoot, Refusal } from './dialog-parts.tsx';
import { RestoredFiles } from './restored-files.tsx';
import { sayRestored } from './say-restored.ts';
import { changeFiles, useDryRun, type FileChangeRequest } from './use-dry-run.ts';

const text = words.checkpoints;

/** Says which files an undo or a restore would change, as the server sees them now, and does it. A refusal is shown in place. */
export function FileChangeDialog({ request, onClose }: { request: FileChangeRequest; onClose(): void }) {
  const cancel = useRef<HTMLButtonElement>(null);
  const [overwrite, setOverwrite] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const refresh = useRefresh(request.sessionId);
  const { data: plan, error: planError, isPlaceholderData, refetch } = useDryRun(request, overwrite);
  const said = text.asks[request.kind];
  const refusal = error ?? planError;

  const run = async () => {
    setIsBusy(true);
    setError(null);
    try {
      sayRestored(await changeFiles(request, { overwrite, dryRun: false }), refresh);
      onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      setIsBusy(false);
      await refresh();
    }
  };
  const again = () => {
    setError(null);
    void refetch();
  };
  const left = plan?.notRestored.some(({ why }) => why === 'changed_since') ?? false;
  const isNothing = plan !== undefined && plan.files.length === 0;
  return (
    <Dialog open onClose={onClose} title={said.title} initialFocus={cancel} className="phone:w-[520px]">
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-4 pb-4 text-ink-2">
        <p>{said.about}</p>
        {refusal !== null ? (
          <Refusal message={toErrorInfo(refusal).message} onAgain={again} />
        ) : plan === undefined ? (
          <p role="status">{text.looking}</p>
        ) : (
          <>
            {isNothing ? <p role="status">{text.nothing}</p> : null}
            <RestoredFiles plan={plan} />
            {request.kind === 'undo' && (left || overwrite) ? (
              <label className="flex items-start gap-2 text-ink pointer-coarse:min-h-11 pointer-coarse:items-center">
                <input
                  type="checkbox"
                  checked={overwrite}
                  onChange={({ target }) => setOverwrite(target.checked)}
                  className="mt-0.5 size-4 shrink-0 accent-flame pointer-coarse:mt-0 pointer-coarse:size-5"
                />
                {text.overwrite}
              </label>
            ) : null}
            {isNothing ? null : <p className="text-small">{text.keptFirst}</p>}
          </>
        )}
      </div>
      <DialogFoot>
        <Button ref={cancel} onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button
          look="primary"
          disabled={isBusy || plan === undefined || isNothing || isPlaceholderData || refusal !== null}
          onClick={() => void run()}
        >
          {said.run}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
