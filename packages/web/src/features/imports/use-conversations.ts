import { PilotlightError, type AgentConversation, type Project } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { server } from '../../live/server.ts';

/** What an agent has of a project. Asked for when it is looked at only: the agent may have to be started for it. */
export function useConversations(agent: string | null, project: Project | undefined) {
  return useQuery({
    queryKey: keyOf(agent, project),
    queryFn: () => server.listAgentConversations(agent ?? '', project?.id ?? ''),
    enabled: agent !== null && project !== undefined,
    retry: false,
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Answers with the chat that goes on with a conversation: the one that does already, else a new one with its history. */
export function useTakeUp(agent: string | null, project: Project | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ agentSessionId, chatId }: AgentConversation) => {
      if (chatId !== null) return server.getChat(chatId);
      const body = { projectId: project?.id ?? '', agentSessionId };
      try {
        return (await server.importAgentSession(agent ?? '', body)).chat;
      } catch (error) {
        const taken =
          error instanceof PilotlightError && error.code === 'conflict' && error.details?.['chatId'];
        if (typeof taken === 'string') return server.getChat(taken);
        throw error;
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keyOf(agent, project) }),
  });
}

function keyOf(agent: string | null, project: Project | undefined) {
  return ['conversations', agent, project?.id];
}
