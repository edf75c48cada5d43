import type { PolicyScope } from '@pilotlight/protocol';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { closePolicy, type ShownPolicy } from './open-policy.ts';
import { PolicyEditor } from './policy-editor.tsx';

/** The editor of a session's permissions and, beside it, of its project's. */
export function PolicyDialog({ shown: { projectId, sessionId } }: { shown: ShownPolicy }) {
  const w = words.policies;
  const [scope, setScope] = useState<PolicyScope>(sessionId === null ? 'project' : 'session');
  const projectName = useIndex(({ projects }) => projects[projectId]?.name ?? '');
  return (
    <Dialog
      open
      onClose={closePolicy}
      title={sessionId === null ? w.openOf(projectName) : w.title}
      description={w.about}
      className="phone:w-[720px]"
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-4 pt-1 pb-4">
        {sessionId === null ? null : (
          <div>
            <Segments<PolicyScope>
              label={w.scope}
              value={scope}
              options={[
                { value: 'session', label: w.session },
                { value: 'project', label: w.project(projectName) },
              ]}
              onChange={setScope}
            />
          </div>
        )}
        <PolicyEditor
          key={scope}
          scope={scope}
          scopeId={scope === 'session' && sessionId !== null ? sessionId : projectId}
          projectId={projectId}
        />
      </div>
    </Dialog>
  );
}
