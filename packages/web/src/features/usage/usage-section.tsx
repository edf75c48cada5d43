import type { UsageBy } from '@pilotlight/protocol';
import { useState } from 'react';
import { Section } from '../../ui/page.tsx';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { BudgetForm } from './budget-form.tsx';
import { useUsage } from './reads.ts';
import { linesOf, UsageTable } from './usage-table.tsx';

const text = words.usage;
type Way = keyof typeof text.ways;
const WAYS = Object.keys(text.ways) as Way[];

/** What everything has used, looked at in one of several ways, and the budget of a day. */
export function UsageSection() {
  const [by, setBy] = useState<Way>('day');
  const { data } = useUsage({ by: by satisfies UsageBy, limit: 14 });
  return (
    <Section id="usage" title={text.title} note={text.about}>
      <div className="flex flex-col gap-3 py-2.5">
        <div>
          <Segments<Way>
            label={text.by}
            value={by}
            options={WAYS.map((way) => ({ value: way, label: text.ways[way] }))}
            onChange={setBy}
          />
        </div>
        {data === undefined ? null : data.rows.length === 0 ? (
          <p className="text-ink-3">{text.nothing}</p>
        ) : (
          <UsageTable caption={text.ways[by]} lines={linesOf(by, data)} total={data.total} />
        )}
        <div className="border-t border-line pt-2.5">
          <BudgetForm subject="day" scope="day" />
        </div>
      </div>
    </Section>
  );
}
