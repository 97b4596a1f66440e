import { accessible, expect, fits, hydrated, open } from '../support';
import { bookByName, newTerm } from '../desk';
import { test } from '../moved_clock';
import type { Locator } from '@playwright/test';

/** The board comes anew every 20 seconds, by itself. */
const ANEW = { timeout: 45_000 };

test.use({ begin: '13:30' });

/** How red something is painted: by how much its red exceeds its green, of 255. */
function redness(what: Locator, property: 'backgroundColor' | 'color' | 'borderLeftColor'): Promise<number> {
  return what.evaluate((element, property) => {
    const [red = 0, green = 0] = (getComputedStyle(element)[property].match(/\d+/g) ?? []).map(Number);
    return red - green;
  }, property);
}

test('after the end whoever is still here stands there in red, and in words', async ({ page, clock }) => {
  test.setTimeout(240_000);
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, date: clock.day, start: '14:00', end: '16:00' });
  for (const child of ['小满', '小雪']) {
    await bookByName(page, 'yongxing', term.id, child);
  }
  await open(page, `/yongxing/desk/terms/${term.id}`);
  await page.locator('a[href*="/desk/occurrences/"]').first().click();
  await page.waitForURL(/desk\/occurrences/);
  const roll = new URL(page.url()).pathname;

  clock.turn('15:58');
  await open(page, `${roll}/pickup`);
  for (const child of ['小满', '小雪']) {
    await page.getByRole('button', { name: `${child}标为已到` }).click();
    await expect(page.locator('.here').filter({ hasText: child })).toBeVisible();
    await hydrated(page);
  }

  // Before the end: on the board, and nothing is wrong.
  await open(page, '/yongxing/desk/still-here');
  const date = page.locator('.board__date').filter({ hasText: term.name });
  const state = date.locator('.board__state');
  const child = date.locator('.board__child').filter({ hasText: '小满' });
  await expect(date.locator('.board__child')).toHaveText(['小满', '小雪']);
  await expect(state).toHaveText('16:00 下课');
  await expect(page.locator('.board__late')).toHaveCount(0);
  await accessible(page);
  const before = { state: await redness(state, 'color'), child: await redness(child, 'color') };
  expect(before.state, 'not red before the end').toBeLessThan(40);
  expect(before.child, 'not red before the end').toBeLessThan(40);
  expect(await redness(date, 'backgroundColor'), 'not red before the end').toBeLessThan(10);

  // After it: red, and in words, on a page that nobody touched.
  clock.turn('16:12');
  await expect(state).toHaveText(/^下课已 1[2-4] 分钟$/, ANEW);
  await expect(page.locator('.board__count')).toHaveText('还有 2 个孩子没接走');
  await expect(page.locator('.board__late')).toHaveText('其中 2 个已过下课时间');
  expect(await redness(state, 'color'), 'red after the end').toBeGreaterThan(100);
  expect(await redness(child, 'color'), 'red after the end').toBeGreaterThan(100);
  expect(await redness(date, 'borderLeftColor'), 'red, not orange').toBeGreaterThan(115);
  expect(await redness(date, 'backgroundColor'), 'red after the end').toBeGreaterThan(10);
  await expect(state.locator('use')).toHaveAttribute('href', /i-alert$/);
  await accessible(page);
  await fits(page);

  // Handed over one by one: gone from the board, and the red goes with the last.
  for (const [name, left] of [
    ['小满', ['小雪']],
    ['小雪', []],
  ] as const) {
    await date.locator('.board__child').filter({ hasText: name }).click();
    await page.waitForURL(/\/pickup/);
    await hydrated(page);
    const here = page.locator('.here').filter({ hasText: name });
    await here.locator('summary', { hasText: '例外放行' }).click();
    const override = here.locator('form:has([name=reason])');
    await override.locator('[name=taker]').fill('外婆');
    await override.locator('[name=reason]').fill('妈妈电话说外婆来接');
    await override.getByRole('button').click();
    await expect(page.locator('.gone-row--gone').filter({ hasText: name })).toContainText('外婆');
    await open(page, '/yongxing/desk/still-here');
    await expect(date.locator('.board__child')).toHaveText([...left]);
  }
  await expect(state).toHaveText('2 人都接走了');
  await expect(page.locator('.board__late')).toHaveCount(0);
  expect(await redness(state, 'color'), 'nobody waits any more').toBeLessThan(40);
  await accessible(page);
});
