import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('serve', () => {
  it('says where it is, how to sign in and which agents are here; ends on SIGTERM', async () => {
    const { serve, url } = await bench.serve();
    expect(serve.stdout).toContain(`sign in  ${url}/sign-in?code=`);
    expect(serve.stdout).toMatch(/agents {3}.*demo/);
    const [link = ''] = /http\S+code=\S+/.exec(serve.stdout) ?? [];
    const signedIn = await fetch(link);
    expect(signedIn.headers.get('set-cookie')).toContain('HttpOnly');
    await signedIn.text();
    const token = join(bench.data, 'token');
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(statSync(bench.data).mode & 0o777).toBe(0o700);
    serve.child.kill('SIGTERM');
    expect((await serve.result).code).toBe(0);
    expect(existsSync(join(bench.data, 'server.json'))).toBe(false);
    const log = readFileSync(join(bench.data, 'server.log'), 'utf8');
    expect(log).not.toContain(readFileSync(token, 'utf8').trim());
    expect(log).not.toContain('code=');
  });

  it('started a second time says what runs already and how to use it', async () => {
    const { serve, url } = await bench.serve();
    const second = await bench.run(['serve']);
    expect(second.code).toBe(6);
    expect(second.stderr).toContain(`already runs at ${url} (pid ${serve.child.pid})`);
    expect(second.stderr).toContain('pilotlight stop');
    const asJson = await bench.run(['serve', '--json']);
    expect(asJson.code).toBe(6);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ code: 'data_folder_in_use', details: { url } });
  });

  it('runs beside another one on another data folder', async () => {
    await using other = new Bench();
    const [one, two] = await Promise.all([bench.serve(), other.serve()]);
    expect(one.url).not.toBe(two.url);
    const open = await bench.run(['open']);
    expect(open.stdout).toContain(`${one.url}/sign-in?code=`);
    const otherOpen = await bench.run(['open'], { env: { PILOTLIGHT_DATA: other.data } });
    expect(otherOpen.stdout).toContain(`${two.url}/sign-in?code=`);
    // The token of one is no key to the other.
    const wrong = await bench.run(['agents', '--url', two.url]);
    expect(wrong.code).toBe(5);
  });

  it('says what is wrong with a data folder and an address that cannot be used', async () => {
    const file = join(bench.repository, 'README.md');
    for (const command of ['serve', 'prompt']) {
      const refused = await bench.run([command, '--data', file, ...(command === 'prompt' ? ['hi'] : [])]);
      expect(refused.code).toBe(2);
      expect(refused.stderr.trim()).toBe(
        `✗ the data folder ${file} is not a folder; choose another one with --data or PILOTLIGHT_DATA`,
      );
    }
    // A place where nothing can be made, and one that is not there yet.
    const nowhere = await bench.run(['serve', '--data', '/proc/nowhere/data']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toMatch(
      /^✗ the data folder \/proc\/nowhere\/data cannot be made \(E\w+\); choose/,
    );
    const { serve } = await bench.serve(['--data', join(bench.root, 'a', 'b', 'data')]);
    serve.child.kill('SIGTERM');
    expect((await serve.result).code).toBe(0);
    const address = await bench.run(['ps'], { env: { PILOTLIGHT_URL: 'nonsense' } });
    expect(address.code).toBe(2);
    expect(address.stderr).toContain('PILOTLIGHT_URL is "nonsense"; expected an address such as');
  });

  it('is stopped by `stop`, which comes back when it is gone', async () => {
    const { serve } = await bench.serve();
    const stop = await bench.run(['stop']);
    expect(stop).toMatchObject({ code: 0, stderr: '' });
    expect((await serve.result).code).toBe(0);
    const again = await bench.run(['stop']);
    expect(again.code).toBe(3);
    expect(again.stderr).toContain('pilotlight serve');
  });

  it('refuses a port that is taken when it was chosen', async () => {
    const { url } = await bench.serve();
    await using other = new Bench();
    const refused = await other.run(['serve', '--port', new URL(url).port]);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('taken');
    expect((await other.run(['serve', '--port', '99999'])).code).toBe(2);
  });
});

describe('the launcher', () => {
  const OLD = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`;

  it('hands over to the Node of the repository where its own is too old, with signals and exit codes', async () => {
    const unknown = await bench.run(['chat', 'show', 'cht_none'], { node: ['--import', OLD] });
    expect(unknown.code).toBe(3);
    const { serve } = await bench.serve([], { node: ['--import', OLD] });
    expect(bench.serverPid()).not.toBe(serve.child.pid);
    serve.child.kill('SIGTERM');
    expect((await serve.result).code).toBe(0);
    expect(bench.serverPid()).toBeNull();
  });
});
