// Opens pages as a phone does, taps, and says how long it took: JSON, to whoever started it (bench/src/browser.rs).
//
//   node measure.mjs PLAN      the plan is JSON, too: { loads, slowdown, cookie, pages: [{ name, url, hydrated, tap, answer,
//                              signedIn }], rolls: [{ url, people }] }
import { createRequire } from 'node:module';
import { watch } from './watch.mjs';

const require = createRequire(new URL('../../end2end/package.json', import.meta.url));
const { chromium, devices } = require('@playwright/test');

const { defaultBrowserType: _, ...pixel } = devices['Pixel 7'];
const phone = { ...pixel, viewport: { width: 390, height: 844 }, locale: 'zh-CN' };
const plan = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    '--disable-component-update',
    '--disable-sync',
  ],
});

/** Opens a page that nothing is cached of, slowed down, and waits until it answers: `done` gets it then. */
async function fresh({ url, hydrated, signedIn }, done) {
  const context = await browser.newContext(phone);
  try {
    if (signedIn) {
      const [name, value] = plan.cookie.split('=');
      const { hostname } = new URL(url);
      await context.addCookies([{ name, value, domain: hostname, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }]);
    }
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(watch, hydrated);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: plan.slowdown });
    const answer = await page.goto(url, { waitUntil: 'commit' });
    if (answer.status() !== 200) {
      throw new Error(`${url} answered ${answer.status()}`);
    }
    await page.waitForFunction(() => window.watched.hydrated > 0, null, { polling: 50, timeout: 60_000 });
    const measured = await done(page, context);
    if (complaints.length > 0) {
      throw new Error(`${url} complains: ${complaints.join('; ')}`);
    }
    return measured;
  } finally {
    await context.close();
  }
}

/** Taps the nth of what a selector finds, as a finger does, and waits until the page shows it: how long that took. */
async function tap(page, selector, nth, answer) {
  const at = await page.evaluate(([selector, nth, answer]) => window.watched.aim(selector, nth, answer), [selector, nth, answer]);
  await page.touchscreen.tap(at.x, at.y);
  await page.waitForFunction(() => window.watched.answered > 0, null, { polling: 10, timeout: 60_000 });
  return page.evaluate(() => window.watched.answered - window.watched.touched);
}

/** What a load came to. */
async function load(page, nth) {
  return fresh(page, async (opened) => {
    const painted = await opened.evaluate(() => window.watched.painted());
    const answered = await tap(opened, page.tap, page.each ? nth : 0, page.answer);
    return { ...painted, tap: answered, interactive: painted.hydrated + answered };
  });
}

/** A roll: opened, and everybody tapped as here, one after the other, each as soon as the last one's mark stands there. */
async function roll({ url, people, hydrated, tap: selector, answer, unsent }) {
  return fresh({ url, hydrated, signedIn: true }, async (page, context) => {
    const { hydrated: opened } = await page.evaluate(() => window.watched.painted());
    const taps = [];
    let first = 0;
    for (let nth = 0; nth < people; nth += 1) {
      taps.push(await tap(page, selector, nth, answer));
      first ||= await page.evaluate(() => window.watched.touched);
    }
    const last = await page.evaluate(() => window.watched.answered);
    await page.waitForFunction((unsent) => !document.querySelector(unsent), unsent, { polling: 20, timeout: 120_000 });
    const sent = await page.evaluate(() => performance.now());
    // What the server knows, asked without the page.
    const html = await (await context.request.get(url, { headers: { accept: 'text/html' } })).text();
    const marked = html.match(/<button[^>]*tap--present[^>]*>/g)?.filter((button) => button.includes('aria-pressed="true"'));
    if (marked?.length !== people) {
      throw new Error(`of ${people} taps the server knows ${marked?.length ?? 0}`);
    }
    return { opened, taps, all: last - first, sent: sent - last };
  });
}

try {
  const loads = Object.fromEntries(plan.pages.map((page) => [page.name, []]));
  // In turns, so that all see the same machine; the first turn warms up.
  for (let turn = 0; turn <= plan.loads; turn += 1) {
    for (const page of plan.pages) {
      const measured = await load(page, turn);
      if (turn > 0) {
        loads[page.name].push(measured);
      }
    }
  }
  const rolls = [];
  for (const one of plan.rolls) {
    rolls.push(await roll(one));
  }
  console.log(JSON.stringify({ browser: browser.version(), loads, rolls }));
} finally {
  await browser.close();
}
