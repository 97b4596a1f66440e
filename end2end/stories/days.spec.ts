import { accessible, expect, fits, hydrated, open, signInStaff, test } from '../support';
import { newTerm } from '../desk';

test('a closure lists what it hits, and one decision is taken for each', async ({ page }) => {
  // Far from the closures of the other kinds of browser, which share the community.
  const start = new Date(Date.now() + (500 + Math.floor(Math.random() * 900)) * 24 * 3_600_000);
  const day = start.toISOString().slice(0, 10);
  const term = await newTerm(page, 'fengze', { places: 5, date: day });
  await open(page, '/fengze/desk');
  await page.locator('.desk-nav').getByRole('link', { name: '放假和闭馆' }).click();
  await page.waitForURL(/desk\/days/);
  await hydrated(page);
  await accessible(page);
  await fits(page);

  const list = page.locator('details:has([name=list])');
  await list.locator('summary').click();
  await list.locator('[name=list]').fill(`${day} 休息 检修`);
  await list.locator('button').click();
  await expect(list.locator('.field__error')).toContainText('第 1 行');
  await expect(list.locator('[name=list]')).toHaveValue(`${day} 休息 检修`);
  await hydrated(page);
  const add = page.locator('form:has(#days-first)');
  await add.locator('[name=first]').fill(day);
  await add.locator('[name=name]').fill('消防检修');
  await add.locator('button').click();
  await expect(page.locator('.banner').filter({ hasText: '已写入 1 天' })).toBeVisible();
  const hit = page.locator('.plan__date--hit').filter({ hasText: term.name });
  await expect(hit).toBeVisible();
  await accessible(page);
  await fits(page);
  await hydrated(page);
  await hit.locator('select').selectOption('cancel');
  await page.getByRole('button', { name: '按选的处理' }).click();
  await expect(page.locator('.banner').filter({ hasText: '已处理' })).toBeVisible();
  await expect(hit).toHaveCount(0);

  await open(page, `/fengze/desk/terms/${term.id}/dates`);
  await expect(page.locator('.plan__date')).toContainText('消防检修');
  await open(page, `/fengze/desk/days?year=${day.slice(0, 4)}`);
  const row = page.locator('.plan__date').filter({ hasText: '消防检修' }).first();
  await hydrated(page);
  await row.getByRole('button', { name: /删除/ }).click();
  await expect(page.locator('.banner').filter({ hasText: '已删除' })).toBeVisible();
});

test('a year whose holidays nobody knows yet says so', async ({ page }) => {
  await signInStaff(page, 'fengze');
  await open(page, '/fengze/desk/days?year=2150');
  await expect(page.getByText('程序还不知道 2150 年的放假安排')).toBeVisible();
  await accessible(page);
  await page.goto('/fengze/desk/days?year=9999');
  await expect(page.locator('.empty')).toBeVisible();
});
