import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitNetwork } from './git-network.ts';
import { TempRepository } from './temp-repository.ts';

/** A repository with a bare one as its remote `origin`, and a script that leaves a canary behind when it runs. */
class WithRemote extends TempRepository {
  readonly remote: string = join(this.folder, 'the remote.git');
  readonly canary: string = join(this.folder, 'canary');
  readonly script: string = join(this.folder, 'evil.sh');

  constructor() {
    super();
    this.git('clone', '-q', '--bare', this.path, this.remote);
    this.git('remote', 'add', 'origin', this.remote);
    writeFileSync(this.script, `#!/bin/sh\necho "$0 $*" >> '${this.canary}'\ncat\n`);
    chmodSync(this.script, 0o755);
  }

  get ran(): boolean {
    return existsSync(this.canary);
  }

  hook(gitFolder: string, ...names: string[]): void {
    mkdirSync(join(gitFolder, 'hooks'), { recursive: true });
    for (const name of names) {
      writeFileSync(join(gitFolder, 'hooks', name), `#!/bin/sh\n'${this.script}' </dev/null\n`);
      chmodSync(join(gitFolder, 'hooks', name), 0o755);
    }
  }
}

/** A server on loopback; what it is asked goes to `asked`. */
async function httpServer(answer: 'sign_in' | 'silence'): Promise<{
  url: string;
  asked: string[];
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? 'nobody');
    if (answer === 'silence') return;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/x.git`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a ref of the remote is fetched, and only what was named is pushed', async () => {
  using repo = new WithRemote();
  const head = repo.git('rev-parse', 'HEAD');
  repo.gitIn(repo.remote, 'update-ref', 'refs/pull/12/head', head);
  await gitNetwork(
    { command: 'fetch', remote: 'origin', flags: ['--no-tags'], refs: ['+refs/pull/12/head:refs/x/12'] },
    { cwd: repo.path },
  );
  expect(repo.git('rev-parse', 'refs/x/12')).toBe(head);

  repo.git('update-ref', 'refs/pilotlight/secret', head);
  repo.git('config', 'remote.origin.push', '+refs/*:refs/*');
  const next = repo.commit('next', { 'n.txt': 'n\n' });
  await gitNetwork(
    { command: 'push', remote: 'origin', refs: ['refs/heads/main:refs/heads/main'] },
    { cwd: repo.path },
  );
  expect(repo.gitIn(repo.remote, 'rev-parse', 'main')).toBe(next);
  expect(repo.gitIn(repo.remote, 'for-each-ref', '--format=%(refname)')).not.toContain('pilotlight');
  await expect(gitNetwork({ command: 'push', remote: 'origin' }, { cwd: repo.path })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect((await gitNetwork({ command: 'ls-remote', remote: 'origin' }, { cwd: repo.path })).stdout).toContain(
    'refs/pull/12/head',
  );
});

test('what is not there and what is refused says so, and what to do', async () => {
  using repo = new WithRemote();
  const fetching = (remote: string, ref: string): Promise<unknown> =>
    gitNetwork({ command: 'fetch', remote, refs: [ref] }, { cwd: repo.path });
  await expect(fetching('origin', 'refs/pull/404/head')).rejects.toMatchObject({
    code: 'remote_failed',
    details: { reason: 'not_found' },
  });
  await expect(fetching('nowhere', 'main')).rejects.toMatchObject({
    code: 'remote_failed',
    message: expect.stringContaining('git remote -v'),
    details: { reason: 'not_found' },
  });
  await expect(fetching(`--upload-pack=${repo.script}`, 'main')).rejects.toMatchObject({
    code: 'remote_failed',
  });
  const other = join(repo.folder, 'other');
  repo.git('clone', '-q', repo.remote, other);
  repo.gitIn(other, 'config', 'user.name', 'Test');
  repo.gitIn(other, 'config', 'user.email', 'test@example.invalid');
  repo.commit('theirs', { 'theirs.txt': '1\n' }, other);
  repo.gitIn(other, 'push', '-q', 'origin', 'main');
  repo.commit('ours', { 'ours.txt': '1\n' });
  await expect(
    gitNetwork({ command: 'push', remote: 'origin', refs: ['main:main'] }, { cwd: repo.path }),
  ).rejects.toMatchObject({ code: 'remote_failed', details: { reason: 'rejected' } });
  expect(repo.ran).toBe(false);
});

test('programs a repository names for its remotes are not run', async () => {
  using repo = new WithRemote();
  repo.git('config', 'remote.origin.uploadpack', repo.script);
  repo.git('config', 'remote.origin.receivepack', repo.script);
  repo.git('config', 'core.hooksPath', join(repo.path, '.git/hooks'));
  const next = repo.commit('next', { 'n.txt': 'n\n' });
  repo.hook(join(repo.path, '.git'), 'pre-push', 'reference-transaction', 'pre-auto-gc');
  await gitNetwork({ command: 'fetch', remote: 'origin', refs: ['main'] }, { cwd: repo.path });
  await gitNetwork({ command: 'push', remote: 'origin', refs: ['main:main'] }, { cwd: repo.path });
  expect(repo.gitIn(repo.remote, 'rev-parse', 'main')).toBe(next);
  expect(repo.ran).toBe(false);
});

test('hooks and programs of a remote that is a folder are not run either', async () => {
  using repo = new WithRemote();
  repo.hook(repo.remote, 'pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction');
  repo.gitIn(repo.remote, 'config', 'core.hooksPath', join(repo.remote, 'hooks'));
  repo.gitIn(repo.remote, 'config', 'core.alternateRefsCommand', repo.script);
  repo.gitIn(repo.remote, 'config', 'uploadpack.packObjectsHook', repo.script);
  repo.gitIn(repo.remote, 'config', 'core.fsmonitor', repo.script);
  repo.commit('next', { 'n.txt': 'n\n' });
  for (const url of [repo.remote, `file://${repo.remote.replaceAll(' ', '%20')}`]) {
    if (url.startsWith('file')) repo.git('remote', 'set-url', 'origin', `file://${repo.remote}`);
    const next = repo.commit('more', { 'm.txt': url });
    await gitNetwork({ command: 'push', remote: 'origin', refs: ['main:main'] }, { cwd: repo.path });
    await gitNetwork({ command: 'fetch', remote: 'origin', refs: ['main'] }, { cwd: repo.path });
    expect(repo.gitIn(repo.remote, 'rev-parse', 'main')).toBe(next);
  }
  expect(repo.ran).toBe(false);
});

test('no transport that is a program, however the repository spells it', async () => {
  using repo = new WithRemote();
  repo.git('config', 'protocol.ext.allow', 'always');
  repo.git('config', 'protocol.allow', 'always');
  repo.git('config', `url.ext::${repo.script} .insteadOf`, 'https://example.invalid/');
  repo.git('config', 'remote.direct.url', `ext::${repo.script}`);
  repo.git('config', 'remote.rewritten.url', 'https://example.invalid/x.git');
  repo.git('config', 'remote.helper.url', 'whatever');
  repo.git('config', 'remote.helper.vcs', 'ext');
  repo.git('config', 'remote.proxied.url', 'git://127.0.0.1:1/x.git');
  repo.git('config', 'core.gitProxy', repo.script);
  for (const remote of ['direct', 'rewritten', 'helper', 'proxied']) {
    await expect(
      gitNetwork({ command: 'fetch', remote, refs: ['main'] }, { cwd: repo.path }),
    ).rejects.toMatchObject({ code: 'remote_failed', details: { reason: 'protocol' } });
  }
  expect(repo.ran).toBe(false);
});

test('the ssh command of the repository is not run; that of the user is', async () => {
  using repo = new WithRemote();
  repo.git('config', 'core.sshCommand', repo.script);
  repo.git('config', 'ssh.variant', 'plink');
  repo.git('remote', 'set-url', 'origin', 'ssh://127.0.0.1:1/x.git');
  const fetching = (env: Record<string, string>): Promise<unknown> =>
    gitNetwork({ command: 'fetch', remote: 'origin', refs: ['main'] }, { cwd: repo.path, env });
  await expect(fetching({})).rejects.toMatchObject({
    code: 'remote_failed',
    details: { reason: 'unreachable' },
  });
  expect(repo.ran).toBe(false);
  const global = join(repo.folder, 'global-config');
  writeFileSync(global, `[core]\n sshCommand = "touch '${repo.canary}'; false"\n`);
  await expect(fetching({ GIT_CONFIG_GLOBAL: global })).rejects.toMatchObject({ code: 'remote_failed' });
  expect(repo.ran).toBe(true);
});

test('a password comes from the helper of the user, never from one of the repository, and nobody is asked', async () => {
  using repo = new WithRemote();
  await using server = await httpServer('sign_in');
  repo.git('remote', 'set-url', 'origin', server.url);
  repo.git('config', 'credential.helper', `!${repo.script}`);
  repo.git('config', `credential.${new URL(server.url).origin}.helper`, `!${repo.script}`);
  repo.git('config', 'core.askPass', repo.script);
  const fetching = (env: Record<string, string>): Promise<unknown> =>
    gitNetwork({ command: 'fetch', remote: 'origin', refs: ['main'] }, { cwd: repo.path, env });
  await expect(fetching({})).rejects.toMatchObject({
    code: 'remote_failed',
    message: expect.stringContaining('Sign in once in a terminal'),
    details: { reason: 'sign_in' },
  });
  expect(repo.ran).toBe(false);

  const global = join(repo.folder, 'global-config');
  writeFileSync(global, `[credential]\n helper = "!f() { echo username=u; echo password=p; }; f"\n`);
  await expect(fetching({ GIT_CONFIG_GLOBAL: global })).rejects.toMatchObject({
    details: { reason: 'sign_in' },
  });
  expect(server.asked).toContain(`Basic ${Buffer.from('u:p').toString('base64')}`);
  expect(repo.ran).toBe(false);
});

test('a proxy that the repository names gets nothing, and no file is written for it', async () => {
  using repo = new WithRemote();
  await using server = await httpServer('sign_in');
  await using proxy = await httpServer('sign_in');
  const cookies = join(repo.folder, 'cookies');
  writeFileSync(cookies, 'mine');
  repo.git('remote', 'set-url', 'origin', server.url);
  repo.git('config', 'http.proxy', new URL(proxy.url).origin);
  repo.git('config', `http.${server.url}.proxy`, new URL(proxy.url).origin);
  repo.git('config', 'remote.origin.proxy', new URL(proxy.url).origin);
  repo.git('config', 'http.saveCookies', 'true');
  repo.git('config', 'http.cookieFile', cookies);
  await expect(
    gitNetwork({ command: 'fetch', remote: 'origin', refs: ['main'] }, { cwd: repo.path }),
  ).rejects.toMatchObject({ code: 'remote_failed' });
  expect(proxy.asked).toEqual([]);
  expect(server.asked.length).toBeGreaterThan(0);
  expect(existsSync(cookies)).toBe(true);
});

test('a remote that says nothing is given up, and an abort is at once', async () => {
  using repo = new WithRemote();
  await using server = await httpServer('silence');
  repo.git('remote', 'set-url', 'origin', server.url.replace('http://', 'http://user:secret@'));
  const what = { command: 'fetch', remote: 'origin', refs: ['main'] } as const;
  await expect(gitNetwork(what, { cwd: repo.path, timeoutMs: 300 })).rejects.toMatchObject({
    code: 'remote_failed',
    message: expect.not.stringContaining('secret'),
    details: { reason: 'too_slow' },
  });
  await expect(
    gitNetwork(what, { cwd: repo.path, signal: AbortSignal.abort(new Error('enough')) }),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

test('a server that died is given up, by the figures of the user or by ours, never by those of the repository', async () => {
  using repo = new WithRemote();
  await using server = await httpServer('sign_in');
  const seen = join(repo.folder, 'seen');
  const tools = join(repo.folder, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'ssh'), `#!/bin/sh\necho "$*" > '${seen}'\nexit 1\n`);
  // Asked for a password, it writes down what git goes by.
  const helper = join(tools, 'helper');
  const ask = (key: string): string => `git config --get-urlmatch http.${key} ${server.url}`;
  writeFileSync(
    helper,
    `#!/bin/sh\n(${ask('lowSpeedLimit')}; ${ask('lowSpeedTime')}) > '${seen}'\necho quit=1\n`,
  );
  for (const name of ['ssh', 'helper']) chmodSync(join(tools, name), 0o755);
  const global = join(repo.folder, 'global-config');
  const asked = async (url: string, config = ''): Promise<string> => {
    repo.git('remote', 'set-url', 'origin', url);
    writeFileSync(global, `[credential]\n helper = "${helper}"\n${config}`);
    const env = { PATH: `${tools}:${process.env['PATH'] ?? ''}`, GIT_CONFIG_GLOBAL: global };
    const what = { command: 'fetch', remote: 'origin', refs: ['main'] } as const;
    await expect(gitNetwork(what, { cwd: repo.path, env })).rejects.toMatchObject({ code: 'remote_failed' });
    return readFileSync(seen, 'utf8').trim();
  };
  expect(await asked('ssh://example.invalid/x.git')).toContain(
    '-o ServerAliveInterval=15 -o ServerAliveCountMax=4',
  );
  expect(await asked(server.url)).toBe('1000\n60');
  repo.git('config', 'http.lowSpeedTime', '999999');
  repo.git('config', `http.${server.url}.lowSpeedLimit`, '1');
  expect(await asked(server.url)).toBe('1000\n60');
  const theirs = '[http]\n lowSpeedLimit = 10\n lowSpeedTime = 300\n';
  expect(await asked(server.url, theirs)).toBe('10\n300');
});
