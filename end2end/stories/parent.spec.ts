import { accessible, addChild, expect, fits, listen, newPhone, open, signIn, test, visitor } from '../support';
import { newTerm } from '../desk';

test('a parent books a place for a child, sees it, and gives it back', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 3 });
  await signIn(page, 'yongxing', newPhone());
  await accessible(page);
  await addChild(page, 'yongxing', '周小舟');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.locator('label', { hasText: '周小舟' }).click();
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText('周小舟 已报名');
  await accessible(page);
  await fits(page);

  await open(page, '/yongxing/my');
  await expect(page.locator('.occ').filter({ hasText: term.name }).first()).toContainText('周小舟');
  await accessible(page);
  await fits(page);
  await open(page, term.page);
  await section.getByRole('button', { name: '取消报名：周小舟' }).click();
  await expect(section.locator('.banner')).toHaveCount(0);
  await expect(section.getByRole('button', { name: '报名' })).toBeVisible();
});

test('when the class is full one waits, and moves up when a place is freed', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 1 });
  const first = await visitor(browser);
  const complaints = listen(first);
  await signIn(first, 'yongxing', newPhone());
  await addChild(first, 'yongxing', '先到');
  await open(first, term.page);
  await first.locator(`#t${term.id}`).getByRole('button', { name: '报名' }).click();
  await expect(first.locator(`#t${term.id} .banner`)).toContainText('先到 已报名');

  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '后来');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await expect(section).toContainText('候补 前面 0 人');
  await section.getByRole('button', { name: '加入候补' }).click();
  await expect(section.locator('.banner')).toContainText('后来 候补第 1 位');

  await first.locator(`#t${term.id}`).getByRole('button', { name: '取消报名：先到' }).click();
  await expect(first.locator(`#t${term.id} .banner`)).toHaveCount(0);

  await open(page, term.page);
  await expect(section.locator('.banner')).toContainText('后来 已报名');
  await open(page, '/yongxing/notices');
  await expect(page.locator('.notice').first()).toContainText('后来');
  await accessible(page);
  await fits(page);
  expect(complaints).toEqual([]);
});

test('a refusal names its rule and value, and nothing is booked', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 3, ages: [9, 12] });
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '年纪小', '2022-05-01');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner--no').or(page.locator('.banner--no')).first()).toContainText('只招 9–12 周岁');
  await expect(section.getByRole('button', { name: '报名' })).toBeVisible();
});

test('bad input is said at its field', async ({ page }) => {
  await open(page, '/yongxing/sign-in');
  const form = page.locator('form[action="/api/ask_code"]');
  await form.locator('[name=phone]').fill('12345');
  await form.evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await form.locator('button').click();
  await expect(page.locator('.field__error')).toContainText('11 位手机号');
  await accessible(page);
});
