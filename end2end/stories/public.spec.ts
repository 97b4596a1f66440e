import { accessible, expect, fits, open, test } from '../support';

test('a visitor chooses a community and finds what is on', async ({ page }) => {
  await open(page, '/');
  await expect(page.locator('.community')).toHaveCount(11);
  await accessible(page);
  await fits(page);
  await page.getByRole('link', { name: '永兴社区' }).click();
  await expect(page).toHaveURL(/\/yongxing/);
  for (const view of ['list', 'week', 'month']) {
    await open(page, `/yongxing?view=${view}`);
    await expect(page.getByRole('navigation', { name: '视图' }).locator('[aria-current=page]')).toHaveCount(1);
    await accessible(page);
    await fits(page);
  }
  await open(page, '/yongxing?view=list');
  const day = page.locator('.day__head').first();
  await expect(day).toContainText(/\d+月\d+日/);
  await expect(day).toContainText(/星期[一二三四五六日]/);
  await expect(day.locator('.lunar')).toContainText(/月/);
  const heading = page.getByRole('heading', { level: 1 });
  const before = await heading.textContent();
  await page.getByRole('link', { name: '往后' }).click();
  await expect(heading).not.toHaveText(before ?? '');
  await page.getByRole('link', { name: '今天', exact: true }).click();
  await expect(heading).toHaveText(before ?? '');
});

test('the calendar shows a phone the list and a wide screen the month', async ({ page }) => {
  await open(page, '/yongxing');
  const month = test.info().project.name.startsWith('desktop');
  await expect(page.locator('table.month')).toHaveCount(month ? 1 : 0);
});

test('filters are kept in the address and can be cleared', async ({ page }) => {
  await open(page, '/yongxing?view=list');
  const filters = page.locator('details.filters');
  if (!(await filters.getByText('一老').isVisible())) {
    await filters.locator('summary').click();
  }
  await filters.locator('label', { hasText: '一老' }).click();
  await filters.getByRole('button').click();
  await expect(page).toHaveURL(/side=elder/);
  await expect(page.locator('.occ').first()).toBeVisible();
  for (const side of await page.locator('.occ .side').allTextContents()) {
    expect(side).toContain('一老');
  }
  await page.getByRole('link', { name: '清除筛选' }).click();
  await expect(page).not.toHaveURL(/side=/);
});

test('an activity says what, for whom, when, and how to book', async ({ page }) => {
  await open(page, '/yongxing/activities');
  await accessible(page);
  await page.getByRole('link', { name: '越剧班' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('越剧班');
  await expect(page.locator('.term').first()).toContainText('每周');
  await expect(page.locator('.dates').first()).toContainText('第 1 次');
  await expect(page.getByRole('link', { name: /登录后报名/ }).first()).toBeVisible();
  await expect(page.locator('.site-footer')).toContainText('服务电话');
  await accessible(page);
  await fits(page);
});

test('what is not there helps to go on, and says 404', async ({ page }) => {
  for (const path of ['/nowhere', '/yongxing/nothing', '/yongxing/activities/1', '/yongxing/desk/terms/2', '/a/b/c/d']) {
    const answer = await page.goto(path);
    expect([401, 404], path).toContain(answer?.status());
    await expect(page.getByRole('link', { name: '选择社区' }).or(page.getByRole('link', { name: '登录' })).first())
      .toBeVisible();
  }
  await page.goto('/nowhere');
  await accessible(page);
});

test('the language and 长辈版 are chosen once and kept', async ({ page }) => {
  await open(page, '/yongxing?view=list');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('navigation', { name: 'Main' })).toContainText('Calendar');
  await expect(page).toHaveURL(/view=list/);
  await open(page, '/yongxing/activities');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await fits(page);
  await open(page, '/yongxing?view=list');
  await page.getByRole('button', { name: 'Large' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-look', 'elder');
  const size = await page.evaluate(() => getComputedStyle(document.body).fontSize);
  expect(parseFloat(size)).toBeGreaterThanOrEqual(24);
  await accessible(page);
  await fits(page);
});
