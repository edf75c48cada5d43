import type { IndexState, McpServerInfo } from '@pilotlight/protocol';
import { Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';
import { AddMcpDialog } from './add-mcp-dialog.tsx';
import { McpSecrets } from './mcp-secrets.tsx';
import { useMcpChange, useMcpServers } from './use-mcp-servers.ts';

const text = words.mcp;
const projectsOf = (index: IndexState) => index.projects;

/** MCP servers that agents are given, for every project or one, and the secrets they name. */
export function McpSection() {
  const list = useMcpServers();
  const [isAdding, setIsAdding] = useState(false);
  return (
    <Section id="mcp" title={words.settings.sections.mcp.title} note={text.about}>
      <ul>
        {list?.servers.map((each) => (
          <McpRow key={each.id} mcp={each} />
        ))}
      </ul>
      {list?.servers.length === 0 ? <p className="py-2.5 text-ink-3">{text.none}</p> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-2.5">
        <p className="min-w-56 flex-1 text-small text-ink-3">{text.fromNow}</p>
        <Button icon={<Plus size={16} strokeWidth={1.75} />} onClick={() => setIsAdding(true)}>
          {text.add}
        </Button>
      </div>
      <McpSecrets names={list?.secrets ?? []} />
      {isAdding ? <AddMcpDialog onClose={() => setIsAdding(false)} /> : null}
    </Section>
  );
}

function McpRow({ mcp }: { mcp: McpServerInfo }) {
  const { id, name, projectId, transport, enabled, missing } = mcp;
  const projects = useIndex(projectsOf);
  const { mutate, isPending } = useMcpChange();
  const place = projectId === null ? text.everyProject : (projects[projectId]?.name ?? projectId);
  const how = transport.type === 'stdio' ? [transport.command, ...transport.args].join(' ') : transport.url;
  return (
    <li className="flex items-center gap-3 border-b border-line py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className={enabled ? undefined : 'text-ink-3'}>{name}</span>
          <span className="truncate text-small text-ink-3">{place}</span>
        </p>
        <p className="truncate text-small text-ink-3">
          {text.form.kinds[transport.type]} <code className="font-mono">{how}</code>
        </p>
        {missing.length === 0 ? null : (
          <p className="flex items-center gap-1.5 text-small text-ink-2">
            <TriangleAlert size={14} strokeWidth={1.75} className="shrink-0 text-bad" />
            {text.missing(missing)}
          </p>
        )}
      </div>
      <Switch
        bare
        label={text.enabled(name)}
        checked={enabled}
        disabled={isPending}
        onChange={(wanted) => mutate(() => server.updateMcpServer(id, { enabled: wanted }))}
      />
      <IconButton
        label={text.remove(name)}
        icon={<Trash2 size={16} strokeWidth={1.75} />}
        disabled={isPending}
        onClick={() => mutate(() => server.removeMcpServer(id))}
      />
    </li>
  );
}
