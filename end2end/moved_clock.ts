import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inDays } from './desk';
import { test as base } from './support';

/** A server of its own, whose clock a story turns. */
export class MovedClock {
  private constructor(
    readonly address: string,
    /** Today when it began: midnight may come meanwhile. */
    readonly day: string,
    private readonly folder: string,
    private readonly server: ChildProcess,
  ) {}

  /** Starts the program with the demo in a fresh database, at a time of today in Shanghai.
   *
   * The program is the released one, which knows no other clock than the machine's: libfaketime stands between, and reads
   * the time from a file. Timers wait as they would, since the clock that only counts is left alone. */
  static async start(time: string): Promise<MovedClock> {
    const places = ['.', ...readdirSync('/usr/lib')].map((place) => `/usr/lib/${place}/faketime/libfaketimeMT.so.1`);
    const between = places.find((place) => existsSync(place));
    if (!between) {
      throw new Error('libfaketime is missing: scripts/setup.sh test installs it');
    }
    const folder = mkdtempSync(join(tmpdir(), 'zhaoxi-clock.'));
    const port = await freePort();
    const day = inDays(0);
    setClock(folder, day, time);
    const log = openSync(join(folder, 'server.log'), 'w');
    const database = `sqlite://${join(folder, 'stories.db')}`;
    const options = ['--no-rate-limit', '--addr', `127.0.0.1:${port}`, '--database-url', database];
    const server = spawn(process.env.ZHAOXI_BINARY ?? '', ['serve', '--demo', ...options], {
      env: {
        ...process.env,
        LD_PRELOAD: between,
        TZ: 'Asia/Shanghai',
        FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      stdio: ['ignore', log, log],
    });
    const moved = new MovedClock(`http://localhost:${port}`, day, folder, server);
    for (let tries = 0; tries < 150; tries += 1) {
      if (await fetch(`${moved.address}/readyz`).then((answer) => answer.ok, () => false)) {
        return moved;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const said = readFileSync(join(folder, 'server.log'), 'utf8');
    await moved.stop();
    throw new Error(`the server did not start within 30 s: ${said}`);
  }

  /** Turns the clock to a time of that day; it goes on from there. */
  turn(time: string): void {
    setClock(this.folder, this.day, time);
  }

  /** Ends the server; nothing stays of it. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once('exit', resolve));
    if (this.server.kill()) {
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function setClock(folder: string, day: string, time: string): void {
  writeFileSync(join(folder, 'clock'), `@${day} ${time}:00\n`);
}

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  await new Promise((resolve) => taken.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** A story on a server whose clock it turns; `begin` says when it begins. All its pages are of that server. */
export const test = base.extend<{ begin: string; clock: MovedClock }>({
  begin: ['09:00', { option: true }],
  clock: async ({ begin }, use) => {
    const clock = await MovedClock.start(begin);
    await use(clock);
    await clock.stop();
  },
  baseURL: async ({ clock }, use) => use(clock.address),
});
