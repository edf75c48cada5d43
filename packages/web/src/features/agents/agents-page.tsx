import { toErrorInfo } from '@pilotlight/protocol';
import { Page } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { AgentsSection } from './agents-section.tsx';
import { HealthSection } from './health-section.tsx';
import { ProcessesSection } from './processes-section.tsx';
import { ReleasedSection } from './released-section.tsx';
import { useAgentList, useHealth, useProcesses, useRefetchOnAgentFrames } from './reads.ts';

/** The agents of the server, what runs of them now, and how the server does. */
export function AgentsPage() {
  const agents = useAgentList();
  const processes = useProcesses();
  const health = useHealth(true);
  useRefetchOnAgentFrames();
  const error = agents.error ?? processes.error ?? health.error;
  const nameOf = (id: string) => agents.data?.find((agent) => agent.id === id)?.name ?? id;
  // All three come in a few ms; shown together, so that nothing is pushed down by what comes later.
  const isThere = agents.data !== undefined && processes.data !== undefined && health.data !== undefined;
  return (
    <Page title={words.agents.title}>
      <div className="max-w-[960px]">
        {error === null ? null : (
          <p role="alert" className="py-2 text-bad">
            {toErrorInfo(error).message}
          </p>
        )}
        {isThere ? (
          <>
            <ProcessesSection processes={processes.data} nameOf={nameOf} />
            <ReleasedSection nameOf={nameOf} />
            <AgentsSection agents={agents.data} circuits={health.data.circuits} />
            <HealthSection health={health.data} nameOf={nameOf} />
          </>
        ) : null}
      </div>
    </Page>
  );
}
