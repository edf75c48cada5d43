import type { ProcessInfo } from '@pilotlight/protocol';
import { Section } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { ProcessRow } from './process-row.tsx';

const text = words.agents;

export interface ProcessesSectionProps {
  processes: readonly ProcessInfo[];
  /** what an agent is called, by id */
  nameOf(agent: string): string;
}

/** What runs on the server's machine for agents, and what it costs. */
export function ProcessesSection({ processes, nameOf }: ProcessesSectionProps) {
  const memory = processes.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  const sorted = [...processes].sort((a, b) => a.startedAt - b.startedAt);
  return (
    <Section
      id="processes"
      title={text.processes}
      note={processes.length === 0 ? undefined : text.processTotal(processes.length, text.bytes(memory))}
    >
      {processes.length === 0 ? (
        <p className="max-w-[60ch] py-3 text-ink-3">{text.noProcesses}</p>
      ) : (
        <ul>
          {sorted.map((process) => (
            <ProcessRow key={process.pid} process={process} name={nameOf(process.agent)} />
          ))}
        </ul>
      )}
    </Section>
  );
}
