import {
  newId,
  PilotlightError,
  type CreateMcpServer,
  type McpServer,
  type McpServerInfo,
  type McpServerList,
  type UpdateMcpServer,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import type { McpOffer } from '../backends/mcp-source.ts';
import type { Store } from '../store/store.ts';
import { fillReferences, missingReferences, refusePlainSecrets, type Lookup } from './references.ts';
import type { SecretsFile } from './secrets-file.ts';

export interface McpServersOptions {
  store: Pick<Store, 'mcpServers' | 'projects'>;
  secrets: SecretsFile;
  /** of the server, for `${env:NAME}` */
  env: NodeJS.ProcessEnv;
  now(): number;
}

/**
 * MCP servers, configured once for every project or for one. An agent session gets those of its project when it is opened;
 * a change is heard by the next one that is.
 */
export class McpServers {
  readonly #o: McpServersOptions;

  constructor(options: McpServersOptions) {
    this.#o = options;
  }

  /** Those of all projects, and of one. @throws PilotlightError `project_not_found` */
  list(projectId?: string): McpServerList {
    if (projectId !== undefined) this.#requireProject(projectId);
    const servers = this.#o.store.mcpServers
      .list()
      .filter(
        (server) => server.projectId === null || projectId === undefined || server.projectId === projectId,
      );
    return { servers: servers.map((server) => this.#info(server)), secrets: this.#o.secrets.names() };
  }

  /** @throws PilotlightError `project_not_found`, `conflict`, `invalid_request` */
  create({ name, projectId, transport }: z.output<typeof CreateMcpServer>): McpServerInfo {
    const { store, now } = this.#o;
    if (projectId !== null) this.#requireProject(projectId);
    refusePlainSecrets(transport);
    const taken = store.mcpServers.list().some((each) => each.name === name && each.projectId === projectId);
    if (taken) {
      const where = projectId === null ? 'for every project' : 'in this project';
      throw new PilotlightError(
        'conflict',
        `There is an MCP server "${name}" ${where}. Remove it first, or choose another name.`,
      );
    }
    const server: McpServer = {
      id: newId('mcpServer'),
      name,
      projectId,
      transport,
      enabled: true,
      createdAt: now(),
    };
    store.mcpServers.insert(server);
    return this.#info(server);
  }

  /** @throws PilotlightError `not_found`, `invalid_request` */
  update(id: string, { transport, enabled }: z.output<typeof UpdateMcpServer>): McpServerInfo {
    const before = this.#get(id);
    if (transport !== undefined) refusePlainSecrets(transport);
    const server = {
      ...before,
      transport: transport ?? before.transport,
      enabled: enabled ?? before.enabled,
    };
    this.#o.store.mcpServers.update(server);
    return this.#info(server);
  }

  /** @throws PilotlightError `not_found` */
  remove(id: string): void {
    this.#get(id);
    this.#o.store.mcpServers.remove(id);
  }

  setSecret(name: string, value: string): void {
    this.#o.secrets.set(name, value);
  }

  /** @throws PilotlightError `not_found` */
  removeSecret(name: string): void {
    if (this.#o.secrets.remove(name)) return;
    throw new PilotlightError('not_found', `There is no secret ${name}.`);
  }

  /** What agent sessions of a project are opened with. */
  offer(projectId: string): McpOffer {
    const offer: McpOffer = { servers: [], leftOut: [], secrets: [] };
    const byName = new Map<string, McpServer>();
    // One of the project goes before one of the same name for all.
    for (const server of this.#o.store.mcpServers.list()) {
      const { name, projectId: of } = server;
      if (of === projectId || (of === null && byName.get(name)?.projectId !== projectId))
        byName.set(name, server);
    }
    for (const { name, transport, enabled } of byName.values()) {
      if (!enabled) continue;
      const missing = missingReferences(transport, this.#lookup);
      if (missing.length > 0) {
        offer.leftOut.push({ name, why: `${missing.join(', ')} is not set` });
        continue;
      }
      const { server, secrets } = fillReferences(name, transport, this.#lookup);
      offer.servers.push(server);
      offer.secrets.push(...secrets);
    }
    return offer;
  }

  readonly #lookup: Lookup = (kind, name) => (kind === 'env' ? this.#o.env[name] : this.#o.secrets.get(name));

  #info(server: McpServer): McpServerInfo {
    return { ...server, missing: missingReferences(server.transport, this.#lookup) };
  }

  #get(id: string): McpServer {
    const server = this.#o.store.mcpServers.get(id);
    if (server === null) throw new PilotlightError('not_found', `There is no MCP server ${id}.`);
    return server;
  }

  #requireProject(id: string): void {
    if (this.#o.store.projects.get(id) !== null) return;
    throw new PilotlightError('project_not_found', `There is no project ${id}.`);
  }
}
