import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { liveKeepers } from '../src/keeper-records.ts';
import { launchHere, ProgramLost, type Launch, type ProgramRequest } from '../src/program.ts';
import { launchRemote } from '../src/remote-program.ts';
import { alive, KeeperBench } from './harness.ts';

let bench: KeeperBench;

beforeEach(() => {
  bench = new KeeperBench();
});

afterEach(() => bench[Symbol.asyncDispose]());

function node(script: string, input: string | Uint8Array = ''): ProgramRequest {
  const env = { PATH: process.env['PATH'] };
  return { command: process.execPath, args: ['-e', script], cwd: bench.root, env, input };
}

/** Runs it to its end. */
function start(launch: Launch, request: ProgramRequest) {
  const said: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  const program = launch(request, {
    stdout: (chunk) => said.stdout.push(chunk),
    stderr: (chunk) => said.stderr.push(chunk),
  });
  return {
    program,
    stdout: () => Buffer.concat(said.stdout),
    stderr: () => Buffer.concat(said.stderr).toString(),
  };
}

async function keeperLaunch(orphanMs?: number): Promise<Launch> {
  const processes = await bench.connect(orphanMs === undefined ? {} : { orphanMs });
  return (request, listener) => processes.launch(request, listener);
}

function keeperPid(): number {
  return liveKeepers(join(bench.data, 'keeper', 'keepers'))[0]?.pid ?? 0;
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Ends when the file is there. */
const untilFile = (path: string): string =>
  `const t = setInterval(() => { if (require('fs').existsSync(${JSON.stringify(path)})) clearInterval(t) }, 5);`;

for (const [name, launched] of [
  ['of the keeper', () => keeperLaunch()],
  ['of this process', async () => launchHere],
] as const) {
  test(`a program ${name} gets its input, and what it says and its code come back`, async () => {
    const launch = await launched();
    const script = `process.stdin.on('data', (d) => process.stdout.write(d)).on('end', () => { console.error('done ' + process.cwd()); process.exitCode = 3 })`;
    const { program, stdout, stderr } = start(launch, node(script, 'grüße\n'));
    expect(await program.ended).toBe(3);
    expect(stdout().toString()).toBe('grüße\n');
    expect(stderr()).toBe(`done ${bench.root}\n`);
  });

  test(`megabytes through a program ${name} are the same bytes in both directions`, async () => {
    const launch = await launched();
    const input = Buffer.alloc(24 * 2 ** 20);
    for (let at = 0; at < input.length; at += 4) input.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    const { program, stdout } = start(launch, node('process.stdin.pipe(process.stdout)', input));
    expect(await program.ended).toBe(0);
    expect(hash(stdout())).toBe(hash(input));
  });

  test(`a program ${name} that is not there, or is signalled, says so`, async () => {
    const launch = await launched();
    const missing = start(launch, { ...node(''), command: 'no-such-program-anywhere' });
    await expect(missing.program.ended).rejects.toMatchObject({ code: 'ENOENT' });
    // Its child too, which holds the pipe.
    const script = `require('child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setInterval(() => {}, 1e6)'], { stdio: 'inherit' }); setInterval(() => {}, 1e6)`;
    const { program, stdout } = start(launch, node(script));
    await expect.poll(() => stdout().length).toBeGreaterThan(0);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(-1);
    await expect.poll(() => alive(Number(stdout().toString()))).toBe(false);
  });
}

test('many at once, of one server, are told apart', async () => {
  const launch = await keeperLaunch();
  const all = Array.from({ length: 20 }, (_, at) =>
    start(launch, { ...node(''), command: 'sh', args: ['-c', `echo ${at}; exit ${at}`] }),
  );
  expect(await Promise.all(all.map(({ program }) => program.ended))).toEqual(all.map((_, at) => at));
  expect(all.map(({ stdout }) => stdout().toString())).toEqual(all.map((_, at) => `${at}\n`));
});

test('what runs when its server goes is done whole, and nothing of the next server runs beside it', async () => {
  const launch = await keeperLaunch();
  const go = join(bench.root, 'go');
  const log = join(bench.root, 'log');
  const append = (word: string): string =>
    `require('fs').appendFileSync(${JSON.stringify(log)}, '${word} ');`;
  const script = `${append('begun')} console.log('x'); ${untilFile(go)} process.on('exit', () => { ${append('ended')} })`;
  const first = start(launch, node(script));
  // Its server is replaced and hears no end of it.
  void first.program.ended.catch(() => {});
  await expect.poll(() => existsSync(log)).toBe(true);
  const next = await keeperLaunch();
  const second = start(next, node(append('next')));
  writeFileSync(go, '');
  expect(await second.program.ended).toBe(0);
  expect(readFileSync(log, 'utf8')).toBe('begun ended next ');
});

test('what runs on for too long without its server is ended', async () => {
  const launch = await keeperLaunch(50);
  const { program, stdout } = start(launch, node('console.log(process.pid); setInterval(() => {}, 1e6)'));
  void program.ended.catch(() => {});
  await expect.poll(() => stdout().length).toBeGreaterThan(0);
  const next = await keeperLaunch();
  expect(await start(next, node('')).program.ended).toBe(0);
  expect(alive(Number(stdout().toString()))).toBe(false);
});

test('a keeper that ends meanwhile loses it, and it is said; what follows is started here', async () => {
  const launch = await keeperLaunch();
  const go = join(bench.root, 'go');
  const { program, stdout } = start(launch, node(`console.log(process.pid); ${untilFile(go)}`));
  try {
    await expect.poll(() => stdout().length).toBeGreaterThan(0);
    process.kill(keeperPid(), 'SIGKILL');
    await expect(program.ended).rejects.toThrow(ProgramLost);
    expect(await start(launch, node('process.exit(7)')).program.ended).toBe(7);
  } finally {
    // Nobody's any more: it ends by itself, also when this has failed.
    writeFileSync(go, '');
  }
  await expect.poll(() => alive(Number(stdout().toString()))).toBe(false);
});

test('a keeper that is stopped holds up nobody who has given up', async () => {
  const launch = await keeperLaunch();
  expect(await start(launch, node('')).program.ended).toBe(0);
  const pid = keeperPid();
  process.kill(pid, 'SIGSTOP');
  try {
    const { program } = start(launch, node(''));
    program.signal('SIGKILL');
    await expect(program.ended).rejects.toThrow(ProgramLost);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a keeper that knows no programs is no hindrance', async () => {
  const path = join(bench.root, 'old');
  const sockets: Socket[] = [];
  const old = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.end('{"id":null,"error":{"code":"invalid_request","message":"unknown"}}\n'),
    );
  });
  await new Promise<void>((resolve) => old.listen(path, resolve));
  const launch: Launch = (request, listener) => launchRemote(async () => connect(path), request, listener);
  expect(await start(launch, node('process.exit(4)')).program.ended).toBe(4);
  expect(sockets).toHaveLength(1);
  await new Promise((resolve) => old.close(resolve));
});
