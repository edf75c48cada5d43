/** A browser in front of the whole server: its own data folder, the built page, windows that are signed in. */
import { CHROMIUM_ARGS, chromiumPath } from '@pilotlight/testkit';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeServer } from '../../server/src/index.ts';
import { Home, type AgentEntry, type Desk } from '../../server/test/composed-harness.ts';

const PAGE_FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

export interface WindowOptions {
  /** as on a phone: narrow, touched */
  phone?: boolean;
  theme?: 'light' | 'dark';
  /** false: a browser nobody signed in with */
  signedIn?: boolean;
  size?: { width: number; height: number };
  /** lets a test bring its own script in, which the page's policy forbids */
  bypassPolicy?: boolean;
  /** where it goes first; the board when left out */
  path?: string;
}

export class BrowserDesk implements AsyncDisposable {
  readonly home: Home;
  readonly #browser: Browser;
  readonly #ownsHome: boolean;
  /** what went wrong in a page: uncaught errors, and what the browser refused by policy */
  readonly #complaints: string[] = [];

  private constructor(home: Home, browser: Browser, ownsHome: boolean) {
    this.home = home;
    this.#browser = browser;
    this.#ownsHome = ownsHome;
  }

  /** In front of a server that somebody else started with the page, and ends. */
  static async before(home: Home): Promise<BrowserDesk> {
    return new BrowserDesk(home, await launch(), false);
  }

  /** `agents`: entries of agents.json; `paceMs`: between two words of the demo agent; `toolsFirst`: a folder in front of the server's PATH. */
  static async open({
    agents = [],
    paceMs = 0,
    toolsFirst,
  }: { agents?: AgentEntry[]; paceMs?: number; toolsFirst?: string } = {}) {
    const home = new Home(agents);
    const desk = new BrowserDesk(home, await launch(), true);
    const path = `${toolsFirst}${delimiter}${process.env['PATH'] ?? ''}`;
    await desk.startServer(paceMs, toolsFirst === undefined ? {} : { PATH: path });
    return desk;
  }

  async startServer(paceMs = 0, more: Record<string, string> = {}): Promise<void> {
    const { dataFolder } = this.home;
    const env = { ...this.home.env(), PILOTLIGHT_DEMO_PACE_MS: String(paceMs), ...more };
    this.home.server = await composeServer({ dataFolder, port: 0, env, pageFolder: PAGE_FOLDER });
    this.home.client = this.home.newClient();
  }

  /** A window of a browser profile of its own. `url`: of the server, when it is not the home's own. */
  async window(options: WindowOptions = {}, url = this.home.running.url): Promise<Page> {
    const { phone = false, theme = 'light', signedIn = true, path = '/', bypassPolicy = false } = options;
    const size = options.size ?? (phone ? { width: 390, height: 844 } : { width: 1440, height: 900 });
    const profile: BrowserContextOptions = {
      viewport: size,
      colorScheme: theme,
      hasTouch: phone,
      isMobile: phone,
    };
    const context = await this.#browser.newContext({
      ...profile,
      serviceWorkers: 'block',
      bypassCSP: bypassPolicy,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.#complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.#complaints.push(message.text());
    });
    if (signedIn) {
      const link = await this.home.client.createSignInLink();
      await page.goto(url + link.url.slice(link.url.indexOf('/sign-in')));
      await page.waitForURL((at) => at.pathname === '/');
    }
    if (path !== '/' || !signedIn) await page.goto(url + path);
    return page;
  }

  /** A session in a repository of its own, to look at. */
  async session(agent = 'demo'): Promise<Desk & { path: string }> {
    const desk = await this.home.desk(agent, this.home.newRepository());
    return { ...desk, path: `/sessions/${desk.session.id}?chat=${desk.chat.id}` };
  }

  /** @throws when a process was left, or a page complained */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    if (this.#ownsHome) await this.home[Symbol.asyncDispose]();
    if (this.#complaints.length > 0) throw new Error(`the page complained:\n${this.#complaints.join('\n')}`);
  }
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
}
