import { isToolEnded, type AcpToolSnapshot, type ToolKind } from '@pilotlight/protocol';
import {
  ArrowRightLeft,
  Bot,
  FileText,
  Globe,
  Pencil,
  Search,
  SlidersHorizontal,
  SquareTerminal,
  Trash2,
  Wrench,
  type LucideIcon,
} from 'lucide-react';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Elapsed } from '../../ui/time.tsx';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import { QuestionCard } from '../questions/question-card.tsx';
import { Line, LineBody } from './line.tsx';
import { useOpen } from './open-rows.ts';
import { usePlace } from './place.ts';
import { ToolBody } from './tool-body.tsx';
import { commandOf, summarise, type Tense } from './tool-summary.ts';
import { descendants, isEnded, type ToolNode } from './tool-tree.ts';
import type { Row } from './transcript-rows.ts';

export const TOOL_ICONS: Record<ToolKind, LucideIcon> = {
  read: FileText,
  edit: Pencil,
  delete: Trash2,
  move: ArrowRightLeft,
  search: Search,
  execute: SquareTerminal,
  think: Bot,
  fetch: Globe,
  switch_mode: SlidersHorizontal,
  other: Wrench,
};

/** A tool call of its own: one line, what was asked about it, and what opens. */
export function ToolRow({ row }: { row: Extract<Row, { kind: 'tool' }> }) {
  const { tool, question, key } = row;
  return (
    <>
      <ToolLine tool={tool} lineKey={key} />
      {question === null ? null : (
        <div className="my-1.5">
          <QuestionCard permission={question} />
        </div>
      )}
    </>
  );
}

/** A run of reads and searches, in one line that opens to theirs. */
export function FoldRow({ row }: { row: Extract<Row, { kind: 'fold' }> }) {
  const { tools, key } = row;
  const [isOpen, toggle] = useOpen(key);
  const first = tools[0]?.part.toolCall.kind ?? 'read';
  return (
    <Line
      icon={TOOL_ICONS[first]}
      isTool
      isOpen={isOpen}
      onToggle={toggle}
      result={<Duration tools={tools} />}
      body={
        <LineBody>
          {tools.map((tool) => (
            <ToolLine key={tool.index} tool={tool} lineKey={`${key}/${tool.index}`} />
          ))}
        </LineBody>
      }
    >
      <span className="truncate">{foldedWords(tools)}</span>
    </Line>
  );
}

/** "Read 6 files, searched twice", in the order the kinds first came. */
function foldedWords(tools: readonly ToolNode[]): string {
  const groups = [...Map.groupBy(tools, ({ part }) => part.toolCall.kind)];
  const said = groups.map(([kind, list]) => {
    const forms = words.transcript.folded[kind];
    return forms?.[list.every(isEnded) ? 0 : 1](list.length) ?? '';
  });
  const [first = '', ...rest] = said;
  return [first, ...rest.map((text) => text.charAt(0).toLowerCase() + text.slice(1))].join(', ');
}

function ToolLine({ tool, lineKey }: { tool: ToolNode; lineKey: string }) {
  const { toolCall } = tool.part;
  const { worktree } = usePlace();
  const isAsking = tool.question?.state === 'pending';
  const wasRefused = tool.question?.state === 'answered' && toolCall.status === 'failed' && isRefusal(tool);
  // What failed explains itself without being asked; what was refused the reader knows.
  const [isOpen, toggle] = useOpen(lineKey, toolCall.status === 'failed' && !wasRefused);
  const ownQuestion = isAsking && tool.question?.toolCall?.id === toolCall.id;
  const tense: Tense = ownQuestion ? 'asks' : isToolEnded(toolCall.status) ? 'done' : 'doing';
  const { verb, object, isCode, lines, exitCode, moreFiles } = summarise(toolCall, worktree);
  const isBad = toolCall.status === 'failed';
  return (
    <Line
      icon={TOOL_ICONS[toolCall.kind]}
      iconClass={isBad ? 'text-bad' : isAsking ? 'text-flame-ink' : 'text-ink-3'}
      isTool
      isOpen={isOpen}
      onToggle={toggle}
      result={
        <>
          {lines === null ? null : <DiffCount {...lines} />}
          {tool.children.length === 0 ? null : (
            <span>{words.transcript.calls(descendants(tool).length)}</span>
          )}
          {exitCode === null || exitCode === 0 ? null : (
            <span className="text-bad">{words.transcript.exit(exitCode)}</span>
          )}
          <State
            toolCall={toolCall}
            isAsking={isAsking}
            wasRefused={wasRefused}
            hasExit={exitCode !== null}
          />
          <Duration tools={[tool]} />
        </>
      }
      body={
        <LineBody>
          {tool.children.map((child) => (
            <ToolLine key={child.index} tool={child} lineKey={`${lineKey}/${child.index}`} />
          ))}
          <ToolBody toolCall={toolCall} bodyKey={lineKey} isAsking={ownQuestion} />
        </LineBody>
      }
    >
      {verb === null ? null : <span className="shrink-0">{words.transcript.verbs[verb][tense]}</span>}
      <span
        className={cx('truncate', isCode ? 'font-mono text-code text-ink' : 'text-ink')}
        title={toolCall.kind === 'execute' ? commandOf(toolCall) : object}
      >
        {object === '' ? words.transcript.untitledTool : object.split('\n', 1)[0]}
      </span>
      {moreFiles > 0 ? <span className="shrink-0">{words.transcript.moreFiles(moreFiles)}</span> : null}
    </Line>
  );
}

function isRefusal({ question }: ToolNode): boolean {
  const chosen = question?.options.find(({ optionId }) => optionId === question.answer?.optionId);
  return chosen?.kind === 'reject_once' || chosen?.kind === 'reject_always';
}

function State(props: {
  toolCall: AcpToolSnapshot;
  isAsking: boolean;
  wasRefused: boolean;
  hasExit: boolean;
}) {
  const { toolCall, isAsking, wasRefused, hasExit } = props;
  const w = words.transcript;
  if (isAsking) return <span className="text-flame-ink">{w.waiting}</span>;
  if (wasRefused) return <span>{w.refused}</span>;
  if (toolCall.status === 'failed' && !hasExit) return <span className="text-bad">{w.failed}</span>;
  if (toolCall.status === 'cancelled') return <span>{w.cancelled}</span>;
  return null;
}

/** How long the calls took together, from the first to the last; nothing below a tenth of a second. */
function Duration({ tools }: { tools: readonly ToolNode[] }) {
  const start = Math.min(...tools.map(({ part }) => part.startedAt));
  const running = tools.some((tool) => !isEnded(tool));
  if (running)
    return tools.some(({ question }) => question?.state === 'pending') ? null : <Elapsed since={start} />;
  const took = Math.max(...tools.map(({ part }) => part.endedAt ?? part.startedAt)) - start;
  return took < 100 ? null : <span>{words.time.took(took)}</span>;
}
