import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, signInStaff, test } from '../support';
import { newTerm } from '../desk';
import { visitor } from '../support';

test('a guardian refuses: photographs cost nothing, and without consent to booking nobody is booked', async ({
  page,
  browser,
}) => {
  test.slow();
  const term = await newTerm(await visitor(browser), 'yongxing', { places: 3 });
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '小禾');
  await open(page, '/yongxing/privacy');
  await accessible(page);
  await fits(page);
  await open(page, '/yongxing/my/data');
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: '不同意 活动照片' }).click();
  await expect(page.locator('.banner--good')).toContainText('已记下');
  await expect(page.locator('.care__row').filter({ hasText: '活动照片' })).toContainText('不同意');
  await hydrated(page);
  await page.getByRole('button', { name: '收回同意 报名、签到和通知' }).click();
  await expect(page.locator('.care__row').filter({ hasText: '报名、签到和通知' })).toContainText('不同意');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section).toContainText('没有同意');
  await open(page, '/yongxing/my/data');
  await page.getByRole('button', { name: '同意 报名、签到和通知' }).click();
  await expect(page.locator('.care__row').filter({ hasText: '报名、签到和通知' })).not.toContainText('不同意');
  await open(page, term.page);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText('小禾 已报名');
});

test('a member is corrected and erased, and a roster keeps a line without a name', async ({ page, browser }) => {
  test.slow();
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 3 });
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '误写名');
  await open(page, '/yongxing/my/data');
  await page.locator('details:has(form[action="/api/correct_member"]) > summary').click();
  const correct = page.locator('form[action="/api/correct_member"]');
  await correct.locator('[name=name]').fill('改好名');
  await correct.getByRole('button', { name: '保存' }).click();
  await expect(page.locator('.banner--good')).toContainText('已改好');
  await expect(page.getByRole('heading', { name: '改好名' })).toBeVisible();

  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText('改好名 已报名');
  const erase = async () => {
    await open(page, '/yongxing/my/data');
    await page.locator('details:has(form[action="/api/erase_member"]) > summary').click();
    const form = page.locator('form[action="/api/erase_member"]');
    await form.locator('[name=sure]').check();
    await form.getByRole('button').click();
  };
  await erase();
  await expect(page.locator('main')).toContainText('先取消');
  const exported = await page.request.get('/api/export_data');
  expect(exported.headers()['content-disposition']).toContain('attachment');
  expect(JSON.stringify(await exported.json())).toContain('改好名');
  await open(page, term.page);
  await section.getByRole('button', { name: /取消/ }).first().click();
  await expect(section).toContainText('报名');
  await erase();
  await expect(page.locator('.banner--good')).toContainText('已删除');
  await expect(page.locator('main')).not.toContainText('改好名');
  await open(staff, `/yongxing/desk/people?find=${encodeURIComponent('改好名')}`);
  await expect(staff.locator('main')).toContainText('没有找到');
});

test('an admin writes a consent text anew, and families read that it changed', async ({ page }) => {
  const words = `照片只贴在活动室里。${Math.floor(Math.random() * 1e6)}`;
  await signInStaff(page, 'taihe');
  await open(page, '/taihe/desk/texts');
  await accessible(page);
  await fits(page);
  const form = page.locator('form:has(input[name=purpose][value=photos])');
  await form.locator('textarea').fill(words);
  await form.getByRole('button', { name: '保存' }).click();
  await expect(page.locator('.banner--good')).toContainText('新的一版');
  await open(page, '/taihe/privacy');
  await expect(page.locator('#photos + dd')).toContainText(words);
});
