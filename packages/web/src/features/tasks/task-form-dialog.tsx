import { toErrorInfo, type IndexState } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { currentIndex, useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/keys.tsx';
import { words } from '../../words/index.ts';
import { BasePicker } from '../board/base-picker.tsx';
import { chooseAgent } from '../board/choose-agent.ts';
import { firstProject } from '../board/first-project.ts';
import { useLastUsed } from '../board/last-used.ts';
import { useAgents } from '../board/reads.ts';
import { FIELD } from '../mcp/field.ts';
import { CandidateList } from './candidate-list.tsx';
import { Labelled } from './labelled.tsx';
import { LimitFields } from './limit-fields.tsx';
import { closeTaskForm, type TaskFormRequest } from './open-task-form.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { sendTaskDraft } from './send-task-draft.ts';
import { draftOf, type TaskDraft } from './task-draft.ts';

const text = words.tasks.form;
const allProjects = (index: IndexState) => Object.values(index.projects);

/** A task, or what makes tasks: said in one form. */
export function TaskFormDialog({ request }: { request: TaskFormRequest }) {
  const prompt = useRef<HTMLTextAreaElement>(null);
  const title = {
    task: words.tasks.new,
    schedule: 'schedule' in request && request.schedule ? text.editSchedule : words.tasks.newSchedule,
    trigger: 'trigger' in request && request.trigger ? text.editTrigger : words.tasks.newTrigger,
  }[request.kind];
  return (
    <Dialog open onClose={closeTaskForm} title={title} className="phone:w-[680px]" initialFocus={prompt}>
      <TaskForm request={request} promptRef={prompt} />
    </Dialog>
  );
}

function TaskForm({
  request,
  promptRef,
}: {
  request: TaskFormRequest;
  promptRef: React.RefObject<HTMLTextAreaElement | null>;
}) {
  const navigate = useNavigate();
  const projects = useIndex(allProjects);
  const agents = useAgents();
  const lastUsed = useLastUsed();
  const [draft, setDraft] = useState(() =>
    draftOf(request, firstProject(currentIndex(), lastUsed.projectId), lastUsed.agent),
  );
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const project = projects.find(({ id }) => id === draft.projectId);
  const fallback = chooseAgent(agents, null);
  const isTask = request.kind === 'task';
  const isComparison = isTask && draft.candidates.length > 1;
  const source =
    'schedule' in request ? request.schedule : 'trigger' in request ? request.trigger : undefined;
  const isReady = project !== undefined && fallback !== null && draft.prompt.trim() !== '' && !isBusy;

  const change = (changes: Partial<TaskDraft>): void => {
    setDraft((before) => ({ ...before, ...changes }));
    setError(null);
  };
  const send = async (): Promise<void> => {
    if (!isReady) return;
    setIsBusy(true);
    try {
      const sent = await sendTaskDraft(request, draft, project.id, fallback);
      closeTaskForm();
      if (sent === null) return;
      if ('comparisonId' in sent) await navigate({ to: '/comparisons/$comparisonId', params: sent });
      else await navigate({ to: '/tasks' });
    } catch (refusal) {
      setError(toErrorInfo(refusal).message);
      setIsBusy(false);
    }
  };
  return (
    <form
      className="flex min-h-0 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing)
          return;
        event.preventDefault();
        void send();
      }}
    >
      <div className="min-h-0 overflow-y-auto">
        <textarea
          ref={promptRef}
          aria-label={text.promptLabel}
          placeholder={request.kind === 'trigger' ? text.triggerPrompt : text.prompt}
          value={draft.prompt}
          onChange={({ target }) => change({ prompt: target.value })}
          className="field-sizing-content block max-h-[32dvh] min-h-24 w-full resize-none px-4 pt-1 pb-3 text-read outline-none"
        />
        <div className="flex flex-col gap-3 border-t border-line bg-base px-4 py-3">
          {isTask ? null : (
            <Labelled label={text.name}>
              <input
                value={draft.name}
                autoComplete="off"
                onChange={({ target }) => change({ name: target.value })}
                className={FIELD}
              />
            </Labelled>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <select
              aria-label={words.board.create.project}
              value={draft.projectId ?? ''}
              disabled={source !== undefined}
              onChange={({ target }) => change({ projectId: target.value, base: null })}
              className={`${FIELD} h-7! max-w-56 pointer-coarse:h-11!`}
            >
              {project === undefined ? <option value="">{words.board.create.chooseProject}</option> : null}
              {projects.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
            {project === undefined || project.kind === 'folder' ? null : (
              <BasePicker projectId={project.id} base={draft.base} onBase={(base) => change({ base })} />
            )}
          </div>
          <CandidateList
            agents={agents}
            candidates={draft.candidates}
            fallback={fallback}
            several={isTask && project?.kind === 'git'}
            onChange={(candidates) => change({ candidates })}
          />
          <p className="text-small text-ink-3">
            {project?.kind === 'folder'
              ? text.plainAbout(project.path)
              : isComparison
                ? text.compareAbout(draft.candidates.length)
                : text.about}
          </p>
          {request.kind === 'schedule' ? <ScheduleFields draft={draft} onChange={change} /> : null}
          <LimitFields draft={draft} isSigned={source?.task.webhook?.signed === true} onChange={change} />
          {error === null ? null : (
            <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
              {error}
            </p>
          )}
        </div>
      </div>
      <footer className="flex items-center justify-end gap-3 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <span className="pointer-coarse:hidden">
          <Keys keys="$mod+Enter" />
        </span>
        <Button look="primary" type="submit" disabled={!isReady}>
          {isBusy ? text.working : isComparison ? text.compare : isTask ? text.start : text.save}
        </Button>
      </footer>
    </form>
  );
}
