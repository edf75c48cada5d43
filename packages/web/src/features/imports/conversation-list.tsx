import { toErrorInfo, type AgentConversation, type AgentInfo, type Project } from '@pilotlight/protocol';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { SearchList } from '../../ui/search-list.tsx';
import { Ago } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useConversations } from './use-conversations.ts';

export interface ConversationListProps {
  agent: AgentInfo;
  project: Project;
  /** one is being taken up; no other can be chosen */
  isBusy: boolean;
  onTake(conversation: AgentConversation): void;
}

/** The conversations an agent has of a project, or why there is none to choose. */
export function ConversationList({ agent, project, isBusy, onTake }: ConversationListProps) {
  const text = words.imports;
  const { data, error, isFetching, refetch } = useConversations(agent.id, project);
  // Asked again after an error: that it is asked says more than what was answered before.
  if (data === undefined && isFetching) return <Said>{text.asking(agent.name)}</Said>;
  if (error !== null) {
    const { code, message } = toErrorInfo(error);
    if (code === 'agent_unsupported') return <Said>{text.cannot(agent.name)}</Said>;
    return (
      <div role="alert">
        <Empty action={<Button onClick={() => void refetch()}>{words.common.retry}</Button>}>
          <span className="break-words text-bad">{message}</span>
        </Empty>
      </div>
    );
  }
  if (data === undefined || data.length === 0) return <Said>{text.none(agent.name, project.path)}</Said>;
  return (
    <SearchList
      className="flex-1"
      label={text.list}
      placeholder={text.search}
      empty={text.noneMatches}
      items={data.map((conversation) => ({
        id: conversation.agentSessionId,
        text: `${conversation.title} ${conversation.agentSessionId}`,
        disabled: isBusy,
        conversation,
      }))}
      onSelect={({ conversation }) => onTake(conversation)}
      render={({ conversation: { agentSessionId, title, chatId, updatedAt } }) => (
        <>
          <span className="min-w-0 flex-1 truncate">
            {title.trim() === '' ? text.untitled(agentSessionId) : title}
          </span>
          {chatId === null ? null : <span className="shrink-0 text-small text-ink-2">{text.here}</span>}
          {updatedAt === null ? null : (
            <span className="w-14 shrink-0 text-right text-small text-ink-3">
              <Ago at={updatedAt} />
            </span>
          )}
        </>
      )}
    />
  );
}

function Said({ children }: { children: ReactNode }) {
  return (
    <div role="status">
      <Empty>{children}</Empty>
    </div>
  );
}
