import * as words from '../../words/index.ts';
import { Picker } from '../../ui/picker.tsx';
import { PickerButton } from './picker-button.tsx';
import { useAgents } from './use-agents.ts';

export interface AgentPickerProps {
  agent: string;
  onSelect(agent: string): void;
}

/** Who answers the next prompt. Lists what can run here; what is missing is found among the agents. */
export function AgentPicker({ agent, onSelect }: AgentPickerProps) {
  const agents = useAgents();
  const items = agents
    .filter(({ id, state }) => state === 'found' || id === agent)
    .map(({ id, name, version, state }) => ({
      id,
      name,
      text: `${name} ${id}`,
      detail: state === 'missing' ? words.composer.agentMissing : (version ?? undefined),
    }));
  const name = agents.find(({ id }) => id === agent)?.name ?? agent;
  return (
    <Picker
      trigger={
        <PickerButton purpose="agent" label={words.composer.inForce(words.composer.agent, name)} strong>
          {name}
        </PickerButton>
      }
      label={words.composer.agent}
      placeholder={words.composer.findAgent}
      empty={words.composer.noAgent}
      items={items}
      selectedId={agent}
      onSelect={onSelect}
    />
  );
}
