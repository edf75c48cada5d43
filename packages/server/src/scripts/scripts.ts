import {
  PilotlightError,
  PROJECT_CONFIG_FILE,
  portVariable,
  type Lacking,
  type Project,
  type ScriptOutput,
  type ScriptRun,
  type Session,
  type SessionScripts,
} from '@pilotlight/protocol';
import type { Announcer } from '../dispatch/announcer.ts';
import { copyIgnored } from '../workspace/copy-ignored.ts';
import { findLfsPointers } from '../workspace/find-lfs-pointers.ts';
import { readProjectConfig, type ReadProjectConfig } from '../workspace/project-config.ts';
import { fillSubmodules, type FillSubmodulesOptions } from '../workspace/submodules/fill-submodules.ts';
import type { ScriptRunner } from './script-runner.ts';
import { scriptsFolder } from './session-folder.ts';
import type { SessionPorts } from './session-ports.ts';

export interface ScriptsOptions {
  announcer: Announcer;
  runner: ScriptRunner;
  ports: SessionPorts;
  /** what of the server's environment a script may see */
  env: Record<string, string>;
  /** @throws PilotlightError `session_not_found` */
  getSession(id: string): Session;
  getProject(id: string): Project;
}

/** A session with what its `.pilotlight.json` says now. */
interface Place {
  session: Session;
  project: Project;
  folder: string | null;
  read: ReadProjectConfig | null;
  problem: string | null;
}

const SETUP_DEADLINE_MS = 30 * 60_000;
const TEARDOWN_DEADLINE_MS = 60_000;

/**
 * The scripts of a project's `.pilotlight.json`, in the worktrees of its sessions. What a repository brings along runs only
 * after somebody with access to this server allowed exactly that file; a file that is another asks again.
 */
export class Scripts {
  readonly #o: ScriptsOptions;
  /** session id → its worktree being made ready */
  readonly #preparing = new Map<string, Promise<void>>();
  /** sessions whose worktree is going */
  readonly #tearingDown = new Set<string>();
  /** folder of a worktree that no session has yet → what it lacks */
  readonly #lacking = new Map<string, readonly Lacking[]>();

  constructor(options: ScriptsOptions) {
    this.#o = options;
  }

  async describe(sessionId: string): Promise<SessionScripts> {
    const place = await this.#placeOf(sessionId);
    const { read, problem, project } = place;
    const { scripts } = this.#o.announcer.store;
    const ports = await this.#portsOf(place);
    return {
      hash: read?.hash ?? null,
      problem,
      allowed: read !== null && scripts.isAllowed(project.id, read.hash),
      setup: read?.config.setup ?? null,
      teardown: read?.config.teardown ?? null,
      run: Object.entries(read?.config.run ?? {}).map(([name, command]) => ({ name, command })),
      ports: [...ports].map(([name, port]) => ({ name, variable: portVariable(name), port })),
      lacking: scripts.lacking(sessionId),
      runs: scripts.runs(sessionId),
    };
  }

  /** @throws PilotlightError `conflict` when the file is another than the one that was shown */
  async allow(sessionId: string, hash: string): Promise<SessionScripts> {
    const place = await this.#placeOf(sessionId);
    if (place.read?.hash !== hash) {
      throw new PilotlightError(
        'conflict',
        `${PROJECT_CONFIG_FILE} of this session is another than the one that was to be allowed. Look at it again.`,
      );
    }
    const { announcer } = this.#o;
    const { scripts } = announcer.store;
    const waited = scripts.waits(sessionId);
    announcer.journal.commit((scope) => {
      scripts.allow(place.project.id, hash, announcer.now());
      if (waited) scripts.setPrepared(sessionId, false, scripts.lacking(sessionId));
      announcer.scripts(scope, sessionId);
    });
    if (waited && place.read.config.setup !== undefined) await this.#start(place, 'setup');
    return this.describe(sessionId);
  }

  /**
   * @param name `setup`, or that of a `run` script
   * @throws PilotlightError `forbidden` before it was allowed, `not_found`, `conflict` while it runs
   */
  async start(sessionId: string, name: string): Promise<ScriptRun> {
    return (await this.#start(await this.#placeOf(sessionId), name)).run;
  }

  async stop(sessionId: string, name: string): Promise<void> {
    this.#o.getSession(sessionId);
    await this.#o.runner.stop(sessionId, name);
  }

  /** @throws PilotlightError `not_found` for one that never ran */
  output(sessionId: string, name: string): ScriptOutput {
    this.#o.getSession(sessionId);
    const run = this.#o.announcer.store.scripts.runs(sessionId).find((each) => each.name === name);
    if (run === undefined) throw new PilotlightError('not_found', `"${name}" never ran in this session.`);
    return { runId: run.id, text: this.#o.runner.output(run) };
  }

  /**
   * The ports of a session, by the variables they are in, for whatever works in its worktree alone; none while its file
   * cannot be used or no port is free. Does not reject.
   */
  async portVariables(sessionId: string): Promise<Record<string, string>> {
    try {
      return variablesOf(await this.#portsOf(await this.#placeOf(sessionId)));
    } catch {
      return {};
    }
  }

  /**
   * Makes a worktree ready, once: copies what is to be copied and runs the setup where it is allowed. A file that cannot be
   * used and a setup that fails hold nothing up; both are shown. What a dead server left half done is done again.
   * @param named when its branch has its name, which the setup may look at
   * @returns null when it was made ready before
   */
  prepare(sessionId: string, named: Promise<void>): Promise<void> | null {
    if (this.#o.announcer.store.scripts.isPrepared(sessionId)) return null;
    if (this.#tearingDown.has(sessionId)) return Promise.reject(isGoing(sessionId, 'setup'));
    const preparing =
      this.#preparing.get(sessionId) ??
      this.#prepare(sessionId, named).finally(() => this.#preparing.delete(sessionId));
    this.#preparing.set(sessionId, preparing);
    return preparing;
  }

  /** Looks what a worktree lacks before a session has it, so that its first turn need not wait. */
  async lookAhead(folder: string, projectId: string): Promise<void> {
    if (this.#lacking.has(folder)) return;
    const projectPath = this.#o.getProject(projectId).path;
    this.#lacking.set(folder, await fillOrName({ projectPath, worktreePath: folder }));
  }

  /** The worktree is gone. */
  forget(folder: string): void {
    this.#lacking.delete(folder);
  }

  async #prepare(sessionId: string, named: Promise<void>): Promise<void> {
    const { announcer } = this.#o;
    const { store } = announcer;
    const place = await this.#placeOf(sessionId);
    const { read, folder, project, session, problem } = place;
    if (session.worktree === null || folder === null) return;
    const patterns = read?.config.copy ?? [];
    const places = { projectPath: project.path, worktreePath: folder };
    const { notCopied: left } = await copyIgnored({ ...places, patterns });
    const known = this.#lacking.get(folder);
    this.#lacking.delete(folder);
    // A submodule that was not on this disk may be by now.
    const lacking = [...left, ...(known?.length === 0 ? known : await fillOrName(places))];
    const hasSetup = read?.config.setup !== undefined;
    const waits = read !== null && hasSetup && !store.scripts.isAllowed(project.id, read.hash);
    if (hasSetup && !waits) {
      await named;
      await (
        await this.#start(place, 'setup')
      ).ended;
      // Cut short: should the worktree stay after all, it runs again.
      if (this.#tearingDown.has(sessionId)) throw isGoing(sessionId, 'setup');
    }
    announcer.journal.commit((scope) => {
      store.scripts.setPrepared(sessionId, waits, lacking);
      if (read !== null || problem !== null || lacking.length > 0) announcer.scripts(scope, sessionId);
    });
  }

  /**
   * Before the worktree of a session goes: ends its scripts and what makes it ready, and runs the teardown where it is allowed.
   * None but that starts meanwhile.
   */
  async tearDown(sessionId: string): Promise<void> {
    this.#tearingDown.add(sessionId);
    try {
      await this.#o.runner.stopAll(sessionId);
      await Promise.allSettled([this.#preparing.get(sessionId)]);
      await this.#runTeardown(sessionId);
    } finally {
      this.#tearingDown.delete(sessionId);
    }
  }

  async #runTeardown(sessionId: string): Promise<void> {
    const place = await this.#placeOf(sessionId);
    const { read, project, session } = place;
    if (read?.config.teardown === undefined || session.worktree === null) return;
    if (!this.#o.announcer.store.scripts.isAllowed(project.id, read.hash)) return;
    await (
      await this.#start(place, 'teardown')
    ).ended;
  }

  async #start(place: Place, name: string): Promise<{ run: ScriptRun; ended: Promise<ScriptRun> }> {
    const { session, project, folder, read, problem } = place;
    if (problem !== null) throw new PilotlightError('config_invalid', problem);
    if (folder === null) {
      throw new PilotlightError(
        'conflict',
        'The session has no worktree before its first turn. Send it a prompt first.',
      );
    }
    const config = read?.config;
    const command = name === 'setup' || name === 'teardown' ? config?.[name] : config?.run[name];
    if (read === null || command === undefined) {
      throw new PilotlightError(
        'not_found',
        `${PROJECT_CONFIG_FILE} of this session names no script "${name}".`,
      );
    }
    if (!this.#o.announcer.store.scripts.isAllowed(project.id, read.hash)) {
      throw new PilotlightError(
        'forbidden',
        `The scripts of ${project.name} were not allowed as they are now. Read them, and allow them first (\`pilotlight session scripts ${session.id} --allow\`).`,
        { details: { hash: read.hash } },
      );
    }
    const kind = name === 'setup' || name === 'teardown' ? name : 'run';
    const deadlineMs = { setup: SETUP_DEADLINE_MS, teardown: TEARDOWN_DEADLINE_MS, run: undefined }[kind];
    const ports = await this.#portsOf(place);
    if (kind !== 'teardown' && this.#tearingDown.has(session.id)) throw isGoing(session.id, name);
    return this.#o.runner.start({
      sessionId: session.id,
      kind,
      name,
      command,
      cwd: folder,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      env: {
        ...this.#o.env,
        PILOTLIGHT_PROJECT: project.path,
        PILOTLIGHT_WORKTREE: folder,
        PILOTLIGHT_SESSION: session.id,
        ...variablesOf(ports),
      },
    });
  }

  async #portsOf({ session, folder, read }: Place): Promise<Map<string, number>> {
    if (folder === null) return new Map();
    return this.#o.ports.of(session.id, read?.config.ports ?? []);
  }

  /** Before a session has its worktree, what the project's folder says is shown, so that it can be allowed beforehand. */
  async #placeOf(sessionId: string): Promise<Place> {
    const session = this.#o.getSession(sessionId);
    const project = this.#o.getProject(session.projectId);
    const folder = scriptsFolder(session, project);
    const place = { session, project, folder };
    try {
      return { ...place, read: await readProjectConfig(folder ?? project.path), problem: null };
    } catch (error) {
      if (!(error instanceof PilotlightError)) throw error;
      return { ...place, read: null, problem: error.message };
    }
  }
}

function isGoing(sessionId: string, script: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `Session ${sessionId} is being removed, so "${script}" was not run to its end. Try again if the session stays, or bring it back first (\`pilotlight session restore\`).`,
  );
}

/** @returns what git leaves out of a worktree, and nobody could fill */
async function fillOrName(places: FillSubmodulesOptions): Promise<Lacking[]> {
  return [...(await fillSubmodules(places)), ...(await findLfsPointers(places.worktreePath))];
}

function variablesOf(ports: ReadonlyMap<string, number>): Record<string, string> {
  return Object.fromEntries([...ports].map(([name, port]) => [portVariable(name), String(port)]));
}
