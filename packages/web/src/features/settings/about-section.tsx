import type { ReactNode } from 'react';
import { server } from '../../live/server.ts';
import { Section } from '../../ui/page.tsx';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useHealth } from '../agents/reads.ts';

const text = words.settings;

export function AboutSection() {
  const { data: health, isError } = useHealth();
  return (
    <Section id="about" title={text.sections.about.title}>
      {isError && health === undefined ? <p className="py-2.5 text-bad">{text.unreachable}</p> : null}
      <dl className="grid grid-cols-[120px_minmax(0,1fr)] gap-y-1.5 py-2.5">
        <Fact name={text.version}>{health?.version}</Fact>
        <Fact name={text.address}>{server.url}</Fact>
        <Fact name={text.running}>{health === undefined ? null : <Elapsed since={health.startedAt} />}</Fact>
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-h-5 break-all select-all">{children}</dd>
    </>
  );
}
