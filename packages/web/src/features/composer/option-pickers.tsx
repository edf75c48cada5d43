import { Popover } from '@base-ui/react/popover';
import type { ConfigOption } from '@pilotlight/protocol';
import { Check } from 'lucide-react';
import { useChatPart } from '../../live/use-chat.ts';
import { Picker } from '../../ui/picker.tsx';
import { SearchList } from '../../ui/search-list.tsx';
import * as words from '../../words/index.ts';
import { askFor, useAskedOptions } from './asked-options.ts';
import { isPrimary, ordered, shown, valueName, type OptionValue, type ShownOption } from './options.ts';
import { PickerButton } from './picker-button.tsx';
import { useAgents } from './use-agents.ts';

const NONE: readonly ConfigOption[] = [];

/**
 * Model, mode, thinking level and the agent's other options. They show what is in force as the agent reported it; what
 * was chosen since stands beside it until the next prompt brings it into force.
 */
export function OptionPickers({ chatId, agent }: { chatId: string; agent: string }) {
  const inForce = useChatPart(chatId, ({ state }) => state.config[agent]);
  const offered = useAgents().find(({ id }) => id === agent)?.options;
  const options = inForce ?? offered ?? NONE;
  const asked = useAskedOptions(chatId, agent, options, inForce !== undefined);
  const all = ordered(options).map((option) => shown(option, inForce !== undefined, asked[option.id]));
  const others = all.filter(({ option }) => !isPrimary(options, option));
  const choose = (option: ConfigOption, value: OptionValue): void =>
    void askFor(chatId, agent, options, option, value);
  return (
    <>
      {all
        .filter(({ option }) => isPrimary(options, option))
        .map((each) => (
          <Picker
            key={each.option.id}
            trigger={
              <PickerButton purpose={each.option.category ?? each.option.id} label={labelOf(each)}>
                {each.option.category === 'thought_level' ? <Prefix name={each.option.name} /> : null}
                {shortOf(each)}
              </PickerButton>
            }
            label={each.option.name}
            placeholder={words.composer.find(each.option.name)}
            empty={words.composer.noChoice}
            items={each.option.choices.map(({ value, name, description, group }) => ({
              id: value,
              name,
              text: `${name} ${value} ${group ?? ''}`,
              detail: description,
              group,
            }))}
            selectedId={selectedOf(each)}
            onSelect={(value) => choose(each.option, value)}
          />
        ))}
      {others.length === 0 ? null : <OtherOptions options={others} onChoose={choose} />}
    </>
  );
}

/** A level says little by itself: `Thinking Low`. */
function Prefix({ name }: { name: string }) {
  return <span className="text-ink-3 @max-[520px]:hidden">{name} </span>;
}

interface OtherOptionsProps {
  options: readonly ShownOption[];
  onChoose(option: ConfigOption, value: OptionValue): void;
}

/** What has no picker of its own, in one list with a heading each. */
function OtherOptions({ options, onChoose }: OtherOptionsProps) {
  const items = options.flatMap((each) => {
    const { option } = each;
    const choices =
      option.type === 'boolean'
        ? [
            { value: true, name: words.composer.on, description: option.description },
            { value: false, name: words.composer.off, description: undefined },
          ]
        : option.choices;
    return choices.map(({ value, name, description }) => ({
      id: `${option.id}/${String(value)}`,
      text: `${option.name} ${name}`,
      group: option.name,
      name,
      description,
      option,
      value,
      isChosen: (each.asked ?? each.inForce) === value,
    }));
  });
  return (
    <Popover.Root>
      <Popover.Trigger
        render={
          <PickerButton purpose="options" label={words.composer.optionsAre(options.map(labelOf))}>
            {words.composer.options}
          </PickerButton>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className="z-50">
          <Popover.Popup
            aria-label={words.composer.options}
            className="flex max-h-80 w-72 flex-col overflow-hidden rounded-lg border border-line bg-overlay shadow-pop outline-none"
          >
            <SearchList
              items={items}
              label={words.composer.options}
              placeholder={words.composer.findOption}
              empty={words.composer.noChoice}
              onSelect={({ option, value }) => onChoose(option, value)}
              render={({ name, description, isChosen }) => (
                <>
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{name}</span>
                    {description === undefined ? null : (
                      <span className="block truncate text-small text-ink-3">{description}</span>
                    )}
                  </span>
                  {isChosen ? <Check size={14} className="shrink-0 text-flame-ink" /> : null}
                </>
              )}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function selectedOf({ asked, inForce }: ShownOption): string | null {
  const value = asked ?? inForce;
  return typeof value === 'string' ? value : null;
}

/** `Sonnet`, `Sonnet → Opus`, or the name of the option while the agent alone knows what it will have. */
function shortOf({ option, inForce, asked }: ShownOption): string {
  if (asked === null) return inForce === null ? option.name : nameOf(option, inForce);
  if (inForce === null) return nameOf(option, asked);
  return words.composer.becomes(nameOf(option, inForce), nameOf(option, asked));
}

function labelOf({ option, inForce, asked }: ShownOption): string {
  const { name } = option;
  if (asked === null) {
    return inForce === null
      ? words.composer.offered(name)
      : words.composer.inForce(name, nameOf(option, inForce));
  }
  if (inForce === null) return words.composer.chosen(name, nameOf(option, asked));
  return words.composer.askedFor(name, nameOf(option, inForce), nameOf(option, asked));
}

function nameOf(option: ConfigOption, value: OptionValue): string {
  if (typeof value === 'boolean') return value ? words.composer.on : words.composer.off;
  return valueName(option, value);
}
