import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';

export { expect };

/** Fails a story in which the browser's console holds an error or a warning. */
export const test = base.extend<{ quiet: void; lost: boolean }>({
  lost: [false, { option: true }],
  quiet: [
    async ({ page, lost }, use) => {
      const said = listen(page, lost);
      await use();
      expect(said, 'the console is quiet').toEqual([]);
    },
    { auto: true },
  ],
});

/** Whether the pages of this story run scripts. */
export function scripted(): boolean {
  return !test.info().project.name.includes('without JavaScript');
}

/** Collects what a page's console complains of. A page that answers 404 or 422 on purpose is no complaint, nor is,
 * without JavaScript, a script that was fetched ahead and never used, nor, in a story that cuts the network, that it is cut. */
export function listen(page: Page, lost = false): string[] {
  const said: string[] = [];
  const unused = scripted() ? [] : [/was preloaded using link preload but not used/];
  const cut = lost ? [/net::ERR_(INTERNET_DISCONNECTED|FAILED|NETWORK_CHANGED)/] : [];
  const expected = [/Failed to load resource: the server responded with a status of 4\d\d/, ...unused, ...cut];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !expected.some((each) => each.test(message.text()))) {
      said.push(`${page.url()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => said.push(`${page.url()}: ${error.message}`));
  return said;
}

/** A number that no other story uses. */
export function newPhone(): string {
  const digits = Math.floor(Math.random() * 1e9).toString().padStart(9, '0');
  return `15${digits}`;
}

/** Opens a page and waits until it is hydrated, where it will be. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** Waits until the wasm has taken over, where JavaScript is on: before that a click is a plain form's. Both work, but
 * a story means one of them. */
export async function hydrated(page: Page): Promise<void> {
  if (scripted()) {
    await page.waitForLoadState('networkidle');
  }
}

/** Signs in by phone and the code that the demo shows. */
export async function signIn(page: Page, slug: string, phone: string, to = 'my'): Promise<void> {
  await open(page, `/${slug}/sign-in?to=${to}`);
  await accessible(page);
  const asking = page.locator('form[action="/api/ask_code"]:has([name=phone])');
  await asking.locator('[name=phone]').fill(phone);
  await asking.locator('button').click();
  const note = page.locator('.demo-note');
  await expect(note).toContainText(/\d{3} \d{3}/);
  const code = /\d{3} \d{3}/.exec((await note.textContent()) ?? '')?.[0] ?? '';
  const entering = page.locator('form[action="/api/enter_code"]');
  await entering.locator('[name=code]').fill(code);
  await entering.locator('button').first().click();
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
  await hydrated(page);
}

/** Signs staff in by the name and password of the demo. */
export async function signInStaff(page: Page, slug: string): Promise<void> {
  await signInAs(page, slug, slug, 'zhaoxi-demo');
  await page.waitForURL(`**/${slug}/desk`);
  // The address comes before the page, and the page before its title.
  await expect(page).toHaveTitle(/^工作台/);
  await hydrated(page);
}

/** Signs in by name and password. */
export async function signInAs(page: Page, slug: string, login: string, password: string): Promise<void> {
  await open(page, `/${slug}/sign-in?to=desk`);
  const form = page.locator('form[action="/api/enter_password"]');
  if (!(await form.locator('[name=login]').isVisible())) {
    await page.locator('details:has(form[action="/api/enter_password"]) > summary').click();
  }
  await form.locator('[name=login]').fill(login);
  await form.locator('[name=password]').fill(password);
  await form.locator('button').click();
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
}

/** Adds a child of eight to one's household. */
export async function addChild(page: Page, slug: string, name: string, birth = '2018-05-01'): Promise<void> {
  await open(page, `/${slug}/my`);
  const form = page.locator('form[action="/api/add_member"]:has(input[name=kind][value=child])');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(input[name=kind][value=child]) > summary').click();
  }
  await form.locator('[name=name]').fill(name);
  await form.locator('[name=birth]').fill(birth);
  await form.locator('[name=consent]').check();
  await form.locator('button').click();
  await expect(page.locator('.members')).toContainText(name);
}

/** Finds nothing serious on the page (WCAG 2.2 A and AA). The checker is a script: without JavaScript it never ends,
 * and the markup that it would read is what the hydrated story has read. */
export async function accessible(page: Page): Promise<void> {
  // A page that was just gone on to has its heading before its title.
  await expect(page).toHaveTitle(/./);
  if (!scripted()) {
    return;
  }
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const serious = found.violations.filter((each) => ['serious', 'critical'].includes(each.impact ?? ''));
  const told = serious.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  expect(told, page.url()).toEqual([]);
}

/** No page is wider than its screen. */
export async function fits(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wider, `${page.url()} is wider than its screen`).toBeLessThanOrEqual(0);
}

/** Another visitor with a browser of his own. */
export async function visitor(browser: Browser): Promise<Page> {
  const { baseURL, viewport, userAgent, isMobile, hasTouch, javaScriptEnabled, locale } = test.info().project.use;
  const options: BrowserContextOptions = {
    baseURL: baseURL ?? process.env.ZHAOXI_ADDRESS,
    viewport,
    userAgent,
    isMobile,
    hasTouch,
    javaScriptEnabled,
    locale: locale ?? 'zh-CN',
  };
  return (await browser.newContext(options)).newPage();
}
