import { toErrorInfo, type IndexState } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { FolderGit2 } from 'lucide-react';
import { useRef, useState, type RefObject } from 'react';
import { currentIndex, useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';
import { BasePicker } from '../board/base-picker.tsx';
import { chooseAgent } from '../board/choose-agent.ts';
import { firstProject } from '../board/first-project.ts';
import { FolderBrowser } from '../board/folder-browser.tsx';
import { useLastUsed } from '../board/last-used.ts';
import { ProjectPicker } from '../board/new-session-pickers.tsx';
import { useAgents } from '../board/reads.ts';
import { AttachButton } from '../composer/attach-button.tsx';
import { attachFiles, pastedFiles } from '../composer/add-files.ts';
import { AttachmentList } from '../composer/attachment-chips.tsx';
import type { Attachment } from '../composer/attachments.ts';
import { FIELD } from '../mcp/field.ts';
import { CandidateList } from './candidate-list.tsx';
import { Labelled } from './labelled.tsx';
import { LimitFields, WebhookFields } from './limit-fields.tsx';
import { closeTaskForm, type TaskFormRequest } from './open-task-form.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { sendTaskDraft } from './send-task-draft.ts';
import { draftOf, type TaskDraft } from './task-draft.ts';

const text = words.tasks.form;
const allProjects = (index: IndexState) => Object.values(index.projects);

/** A task, or what makes tasks: said in one form. */
export function TaskFormDialog({ request }: { request: TaskFormRequest }) {
  const prompt = useRef<HTMLTextAreaElement>(null);
  const [isBrowsing, setIsBrowsing] = useState(false);
  const title = {
    task: words.tasks.new,
    schedule: 'schedule' in request && request.schedule ? text.editSchedule : words.tasks.newSchedule,
    trigger: 'trigger' in request && request.trigger ? text.editTrigger : words.tasks.newTrigger,
  }[request.kind];
  return (
    <Dialog
      open
      onClose={closeTaskForm}
      title={isBrowsing ? words.board.folder.title : title}
      className="phone:w-[680px]"
      initialFocus={prompt}
    >
      <TaskForm request={request} promptRef={prompt} isBrowsing={isBrowsing} onBrowsing={setIsBrowsing} />
    </Dialog>
  );
}

interface TaskFormProps {
  request: TaskFormRequest;
  promptRef: RefObject<HTMLTextAreaElement | null>;
  /** a folder is being looked for */
  isBrowsing: boolean;
  onBrowsing(browsing: boolean): void;
}

function TaskForm({ request, promptRef, isBrowsing, onBrowsing }: TaskFormProps) {
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
  const isPlain = project?.kind === 'folder';
  const isComparison = isTask && draft.candidates.length > 1;
  const source =
    'schedule' in request ? request.schedule : 'trigger' in request ? request.trigger : undefined;
  const isReady = project !== undefined && fallback !== null && draft.prompt.trim() !== '' && !isBusy;

  const change = (changes: Partial<TaskDraft>): void => {
    setDraft((before) => ({ ...before, ...changes }));
    setError(null);
  };
  // As it is now: a file is read while others are added or taken out.
  const held = useRef<Attachment[]>([]);
  const setAttachments = (attachments: Attachment[]): void => {
    held.current = attachments;
    change({ attachments });
  };
  const attach = (files: File[]): void =>
    void attachFiles(files, { attachments: () => held.current, change: setAttachments });
  const takeProject = (projectId: string): void => change({ projectId, base: null });
  const takeFolder = async (path: string): Promise<void> => {
    onBrowsing(false);
    try {
      takeProject((await server.createProject({ path })).id);
    } catch (refusal) {
      setError(toErrorInfo(refusal).message);
    }
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
  if (isBrowsing) {
    return (
      <FolderBrowser
        start={null}
        onChoose={(path) => void takeFolder(path)}
        onBack={() => onBrowsing(false)}
      />
    );
  }
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
        event.currentTarget.requestSubmit();
      }}
    >
      <div className="min-h-0 overflow-y-auto">
        <textarea
          ref={promptRef}
          aria-label={text.promptLabel}
          placeholder={request.kind === 'trigger' ? text.triggerPrompt : text.prompt}
          value={draft.prompt}
          onChange={({ target }) => change({ prompt: target.value })}
          onPaste={(event) => {
            const files = isTask ? pastedFiles(event.clipboardData) : [];
            if (files.length === 0) return;
            event.preventDefault();
            attach(files);
          }}
          className="field-sizing-content block max-h-[32dvh] min-h-24 w-full resize-none px-4 pt-1 pb-3 text-read outline-none"
        />
        <div className="-mt-3 px-1 pb-3 empty:hidden">
          <AttachmentList
            attachments={draft.attachments}
            onRemove={({ id }) => setAttachments(held.current.filter((each) => each.id !== id))}
          />
        </div>
        <div className="flex flex-col gap-3 border-t border-line bg-base px-4 py-3">
          {isTask ? null : (
            <div className="flex">
              <NameField label={text.name} value={draft.name} onChange={(name) => change({ name })} />
            </div>
          )}
          <div className="flex flex-wrap items-center gap-2">
            {source === undefined ? (
              <ProjectPicker
                projects={projects}
                projectId={draft.projectId}
                onProject={takeProject}
                onFolder={(path) => void takeFolder(path)}
                onBrowse={() => onBrowsing(true)}
              />
            ) : (
              <span className="flex h-7 items-center gap-1.5 text-ink-2 pointer-coarse:h-11">
                <FolderGit2 size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
                {project?.name}
              </span>
            )}
            {project === undefined || isPlain || draft.inPlace ? null : (
              <BasePicker projectId={project.id} base={draft.base} onBase={(base) => change({ base })} />
            )}
            {isTask ? <AttachButton className="ml-auto" onFiles={attach} /> : null}
          </div>
          <CandidateList
            agents={agents}
            candidates={draft.candidates}
            fallback={fallback}
            several={isTask && project?.kind === 'git' && !draft.inPlace}
            onChange={(candidates) => change({ candidates })}
          />
          <div className="flex items-start gap-4">
            <p className="min-w-0 flex-1 text-small break-words text-ink-3 pointer-coarse:py-3.5">
              {project === undefined
                ? words.board.create.noProjectYet
                : isPlain
                  ? text.plainAbout(project.path)
                  : draft.inPlace
                    ? text.inPlaceAbout(project.path)
                    : isComparison
                      ? text.compareAbout(draft.candidates.length)
                      : text.about}
            </p>
            <Switch
              label={words.board.create.inPlace}
              checked={draft.inPlace || isPlain}
              disabled={isPlain || isComparison || project === undefined}
              onChange={(inPlace) => change({ inPlace })}
            />
          </div>
          {request.kind === 'schedule' ? <ScheduleFields draft={draft} onChange={change} /> : null}
          <LimitFields draft={draft} onChange={change} />
          <div className="flex flex-wrap gap-3">
            {isTask ? (
              <NameField label={text.title} value={draft.title} onChange={(title) => change({ title })} />
            ) : null}
            <WebhookFields draft={draft} isSigned={source?.task.webhook?.signed === true} onChange={change} />
          </div>
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

function NameField(props: { label: string; value: string; onChange(value: string): void }) {
  const { label, value, onChange } = props;
  return (
    <Labelled label={label}>
      <input
        value={value}
        maxLength={200}
        placeholder={text.titleHint}
        autoComplete="off"
        onChange={({ target }) => onChange(target.value)}
        className={FIELD}
      />
    </Labelled>
  );
}
