// For tests: stands between the backend and the real server, and breaks the event stream on demand.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ChildProcessPort, LeftProcess, ProcessPort, SpawnRequest } from '@pilotlight/keeper';

export class StreamProxy implements ProcessPort {
  readonly outlivesServer = false;
  readonly keeper = null;
  /** whether a new event stream is refused */
  #refuses = false;
  readonly #processes: ProcessPort;
  readonly #streams = new Set<Socket>();
  readonly #servers = new Set<Server>();

  constructor(processes: ProcessPort) {
    this.#processes = processes;
  }

  /** Starts the program on another port and listens on the one it was given. */
  async spawn(request: SpawnRequest): Promise<ChildProcessPort> {
    const wanted = Number(request.args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length));
    const server = createServer((socket) => this.#serve(socket, real));
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const real = (probe.address() as AddressInfo).port;
    probe.close();
    await once(probe, 'close');
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.add(server);
    const args = request.args.map((arg) => (arg.startsWith('--port=') ? `--port=${real}` : arg));
    return await this.#processes.spawn({ ...request, args });
  }

  get launch(): ProcessPort['launch'] {
    return this.#processes.launch;
  }

  left(): Promise<LeftProcess[]> {
    return this.#processes.left();
  }

  async dispose(): Promise<void> {
    for (const server of this.#servers) server.close();
    await this.#processes.dispose();
  }

  /** Cuts the event stream and lets no new one through. */
  cut(): void {
    this.#refuses = true;
    for (const socket of this.#streams) socket.destroy();
  }

  heal(): void {
    this.#refuses = false;
  }

  #serve(socket: Socket, port: number): void {
    socket.on('error', () => {});
    socket.once('data', (first: Buffer) => {
      const isStream = first.includes('GET /global/event');
      if (isStream && this.#refuses) return void socket.destroy();
      const upstream = connect(port, '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      upstream.write(first);
      socket.pipe(upstream).pipe(socket);
      if (isStream) this.#streams.add(socket);
    });
  }
}
