import { accessible, expect, fits, open, test } from '../support';
import { bookByName, newTerm, soon } from '../desk';
import type { BrowserContext, Page } from '@playwright/test';

/** Opens today's page, and waits until its rolls are kept; gives back the address of one. */
async function keptRoll(page: Page, name: string): Promise<string> {
  await open(page, '/yongxing/desk/today');
  await expect(page.getByText('今天的名单已存在这台手机上')).toBeVisible({ timeout: 60_000 });
  return (await page.locator('.today__card').filter({ hasText: name }).getAttribute('href')) ?? '';
}

async function cut(context: BrowserContext, cut: boolean): Promise<void> {
  await context.setOffline(cut);
}

test.use({ lost: true });

test('a roll goes on without network, and is sent once when it is back', async ({ page, context }) => {
  test.slow();
  const name = `吴${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  const path = await keptRoll(page, term.name);

  // Never opened before, and there is no network: the roll is there.
  await cut(context, true);
  await page.goto(path);
  const row = page.locator('.roll__person').filter({ hasText: name });
  const late = row.getByRole('button', { name: '迟到' });
  await expect(row).toBeVisible();
  await expect(async () => {
    await late.click();
    await expect(row.locator('.roll__unsent')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(page.locator('.banner--wait')).toContainText('1 次点名先存在这台手机上');
  await accessible(page);
  await fits(page);

  // The page is closed and opened again: the tap is still there.
  await page.goto('about:blank');
  await page.goto(path);
  await expect(row.locator('.roll__unsent')).toBeVisible();
  await expect(late).toHaveAttribute('aria-pressed', 'true');

  await cut(context, false);
  await expect(row.locator('.roll__unsent')).toHaveCount(0, { timeout: 20_000 });
  await expect(row).toContainText(/\d\d:\d\d 记/);
  await open(page, path);
  await expect(late).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('summary', { hasText: '点名记录（1）' })).toBeVisible();
});

test('what another tapped later stays, and who was without network is told', async ({ page, context }) => {
  test.slow();
  const name = `郑${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  await page.locator('a[href*="/desk/occurrences/"]').first().click();
  await page.waitForURL(/desk\/occurrences/);
  const path = new URL(page.url()).pathname;
  const row = page.locator('.roll__person').filter({ hasText: name });
  await open(page, path);
  await cut(context, true);
  await row.getByRole('button', { name: '缺席' }).click();
  await expect(row.locator('.roll__unsent')).toBeVisible();
  // A while goes by: a tap of this very moment would be one that can still look again.
  await page.waitForTimeout(11_000);
  // Somebody else signs the child in at a desk that has a network.
  const person = (await row.getAttribute('id'))?.replace('p-', '');
  const answer = await fetch(`${process.env.ZHAOXI_ADDRESS}/api/send_taps`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: process.env.ZHAOXI_ADDRESS ?? '',
      cookie: (await context.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`).join('; '),
    },
    body: new URLSearchParams({
      slug: 'yongxing',
      occurrence: path.split('/').pop() ?? '',
      taps: `${crypto.randomUUID()}:${person}:present:0`,
    }),
  });
  expect(answer.status).toBe(200);
  await cut(context, false);
  await expect(page.locator('.banner--no')).toContainText('没有网的时候点的没有算', { timeout: 20_000 });
  await expect(row.getByRole('button', { name: '到', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await page.locator('summary', { hasText: '点名记录' }).click();
  await expect(page.locator('details', { hasText: '点名记录' })).toContainText('没有算');
});

test('who signs out leaves no names behind', async ({ page, context }) => {
  test.slow();
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  const path = await keptRoll(page, term.name);
  await open(page, '/yongxing/my');
  await page.getByRole('button', { name: '退出' }).first().click();
  await page.waitForURL(/sign-in/);
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).length)).toBe(0);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  await cut(context, true);
  await expect(page.goto(path)).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  await cut(context, false);
});
