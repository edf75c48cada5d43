import { toErrorInfo } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Switch } from '../../ui/switch.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { SettingRow } from '../settings/setting-row.tsx';
import { Refusal } from './dialog-parts.tsx';
import { closeIgnoredFiles, type IgnoredFilesRequest } from './open-ignored-files.ts';

const text = words.checkpoints.ignored;

/** Whether kept states hold what git ignores, with what that means. */
export function IgnoredFilesDialog({ request: { projectId, sessionId } }: { request: IgnoredFilesRequest }) {
  const project = useIndex(({ projects }) => projects[projectId]?.name ?? '');
  return (
    <Dialog open onClose={closeIgnoredFiles} title={text.title} description={text.about}>
      <div className="flex min-h-0 flex-col overflow-y-auto px-4 pt-1 pb-[max(16px,env(safe-area-inset-bottom))]">
        {sessionId === null ? null : <ChoiceRow of="sessions" id={sessionId} title={text.session} />}
        <ChoiceRow of="projects" id={projectId} title={text.project(project)} />
        <ul className="flex list-disc flex-col gap-1.5 border-t border-line pt-3 pl-4 text-small text-ink-2">
          {text.consequences.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

interface ChoiceRowProps {
  of: 'projects' | 'sessions';
  id: string;
  title: string;
}

function ChoiceRow({ of, id, title }: ChoiceRowProps) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['keeps-ignored', of, id],
    queryFn: () => server.checkpoints.keepsIgnored(of, id),
    staleTime: 0,
    retry: false,
  });
  const { mutate, isPending, variables } = useMutation({
    mutationFn: (ignored: boolean) => server.checkpoints.setKeepsIgnored(of, id, ignored),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['keeps-ignored'] }),
    onError: showError,
  });
  if (error !== null) return <Refusal message={toErrorInfo(error).message} onAgain={() => void refetch()} />;
  const isInherited = data?.inherited ?? false;
  return (
    <SettingRow title={title} {...(isInherited ? { about: text.inherited } : {})}>
      <Switch
        bare
        label={title}
        checked={isPending ? variables : isInherited || (data?.ignored ?? false)}
        disabled={data === undefined || isInherited}
        onChange={mutate}
      />
    </SettingRow>
  );
}
