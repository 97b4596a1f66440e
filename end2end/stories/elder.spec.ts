import { accessible, expect, fits, hydrated, newPhone, open, scripted, signIn, test } from '../support';

test('an elder books the smart-phone course in three taps', async ({ page }) => {
  await open(page, '/yongxing');
  await page.getByRole('button', { name: '长辈版' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-look', 'elder');
  await signIn(page, 'yongxing', newPhone());
  await expect(page.locator('#add')).toBeVisible();
  const myself = page.locator('form[action="/api/add_member"]:has(input[name=kind][value=myself])');
  if (!(await myself.locator('[name=name]').isVisible())) {
    await page.locator('details:has(input[name=kind][value=myself]) > summary').click();
  }
  await myself.locator('[name=name]').fill('钱奶奶');
  await myself.locator('[name=birth]').fill('1952-02-03');
  await myself.locator('button').click();
  await expect(page.locator('.members')).toContainText('钱奶奶');

  await open(page, '/yongxing');
  await expect(page.locator('.tile')).toHaveCount(4);
  await accessible(page);
  await fits(page);
  // One: this week. Two: the course. Three: book.
  await page.getByRole('link', { name: '本周' }).click();
  await expect(page).toHaveURL(/view=week/);
  await hydrated(page);
  await page.getByRole('link', { name: /智能助老课堂/ }).last().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('智能助老课堂');
  await hydrated(page);
  await page.getByRole('button', { name: '报名' }).or(page.getByRole('button', { name: '加入候补' })).first().click();
  await expect(page.locator('.banner').first()).toContainText(/钱奶奶 (已报名|候补第)/);
  await accessible(page);
  await fits(page);
});

test('an elder makes the text as large as it gets, and has the page read aloud', async ({ page }) => {
  await open(page, '/yongxing');
  await page.getByRole('button', { name: '长辈版' }).click();
  await hydrated(page);
  const size = () => page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  expect(await size()).toBe('24px');
  await page.getByRole('button', { name: '最大' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-size', '30');
  await hydrated(page);
  expect(await size()).toBe('30px');
  await fits(page);
  await accessible(page);
  const read = page.getByRole('button', { name: '读给我听' });
  if (scripted()) {
    await expect(read).toBeVisible();
    await read.click();
    await page.getByRole('button', { name: '停止朗读' }).click();
    await expect(read).toBeVisible();
  } else {
    await expect(read).toHaveCount(0);
  }
});

test('every page that an elder needs fits 320 points, and a screen at 200 %', async ({ page }) => {
  test.slow();
  await signIn(page, 'yongxing', '13800000002');
  await open(page, '/yongxing/my');
  const activity = await page.locator('.occ__name a').first().getAttribute('href');
  const pages = [
    '/yongxing',
    '/yongxing?view=week',
    '/yongxing?view=month',
    '/yongxing/activities',
    activity ?? '/yongxing/activities',
    '/yongxing/my',
    '/yongxing/my?by=person',
    '/yongxing/my/codes',
    '/yongxing/notices',
    '/yongxing/privacy',
    '/yongxing/my/account',
    '/yongxing/my/care',
    '/yongxing/my/data',
    '/yongxing/my/week',
  ];
  for (const look of ['elder', 'plain']) {
    await page.context().addCookies([{ name: 'look', value: look, url: new URL(page.url()).origin }]);
    // 320 points are WCAG 2.2's 1.4.10; 640 are a screen of 1280 enlarged to 200 % (1.4.4).
    for (const width of [320, 640]) {
      await page.setViewportSize({ width, height: 720 });
      for (const path of pages) {
        await page.goto(path);
        await expect(page.locator('h1').first()).toBeVisible();
        await fits(page);
      }
    }
  }
});
