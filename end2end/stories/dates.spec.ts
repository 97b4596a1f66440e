import {
  accessible,
  addChild,
  expect,
  fits,
  hydrated,
  newPhone,
  open,
  signIn,
  signInStaff,
  test,
  visitor,
} from '../support';
import { inDays, newTerm } from '../desk';

test('staff move one date; the family is told old and new, and gives that date up', async ({ page, browser }) => {
  const term = await newTerm(page, 'yongxing', { places: 5 });
  const parent = await visitor(browser);
  await signIn(parent, 'yongxing', newPhone());
  await addChild(parent, 'yongxing', '改改');
  await open(parent, term.page);
  await parent.locator('form[action="/api/book_place"] button').first().click();
  await expect(parent.getByText('已报名').first()).toBeVisible();

  await open(page, `/yongxing/desk/terms/${term.id}`);
  await page.getByRole('link', { name: '改日期' }).click();
  await page.waitForURL(/\/dates$/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  // By keyboard, as somebody without a mouse does it.
  await page.locator('.plan__date').nth(1).getByRole('link').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/edit=/);
  await hydrated(page);
  const form = page.locator('form:has([name=reach])');
  await form.locator('[name=start]').fill('14:00');
  await form.locator('[name=end]').fill('13:00');
  await form.getByRole('button', { name: '看看会改什么' }).focus();
  await page.keyboard.press('Enter');
  await expect(form.locator('.field__error')).toBeVisible();
  await expect(form.locator('[name=start]')).toHaveValue('14:00');
  await hydrated(page);
  await form.locator('[name=end]').fill('16:00');
  await form.getByRole('button', { name: '看看会改什么' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.moves li')).toHaveCount(1);
  await expect(page.locator('.moves')).toContainText('14:00–16:00');
  await expect(form).toContainText('会通知 1 家');
  await accessible(page);
  await fits(page);
  await hydrated(page);
  await form.getByRole('button', { name: '保存' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.banner').filter({ hasText: '改了 1 次' })).toBeVisible();
  await expect(page.locator('.plan__date').nth(1)).toContainText('14:00–16:00');
  await accessible(page);

  await open(parent, '/yongxing/notices');
  const notice = parent.locator('.notice').first();
  await expect(notice).toContainText('日期改了');
  await expect(notice).toContainText('09:00–11:00');
  await expect(notice).toContainText('14:00–16:00');
  await accessible(parent);
  await fits(parent);
  await notice.getByRole('button', { name: '这次来不了' }).click();
  await expect(parent.getByText('已让出这一次')).toBeVisible();
  await expect(notice.getByRole('button')).toHaveCount(0);
  await parent.context().close();
});

test('a date is called off, restored, added, and the last change taken back', async ({ page }) => {
  const term = await newTerm(page, 'yongxing', { places: 5 });
  await open(page, `/yongxing/desk/terms/${term.id}/dates`);
  const second = page.locator('.plan__date').nth(1);
  await second.getByRole('link').click();
  await page.waitForURL(/edit=/);
  await hydrated(page);
  const off = page.locator('details:has(form[action="/api/cancel_occurrence"])');
  await off.locator('summary').click();
  await off.locator('[name=reason]').fill('老师生病');
  await off.locator('button').click();
  await expect(page.locator('.banner').filter({ hasText: '停了一次' })).toBeVisible();
  await expect(second).toContainText('老师生病');
  await hydrated(page);
  await second.getByRole('button', { name: '恢复' }).click();
  await expect(page.locator('.banner').filter({ hasText: '恢复了一次' })).toBeVisible();
  await expect(second.getByRole('link')).toBeVisible();
  await hydrated(page);
  await page.getByRole('button', { name: '撤销' }).click();
  await expect(page.getByText('已撤销')).toBeVisible();
  await expect(second).toContainText('老师生病');

  const add = page.locator('form[action="/api/add_occurrence"]');
  await hydrated(page);
  await add.locator('[name=date]').fill('2020-01-01');
  await add.locator('button').click();
  await expect(add).toContainText('不能放到已经过去的时间');
  await expect(add.locator('[name=date]')).toHaveValue('2020-01-01');
  await hydrated(page);
  await add.locator('[name=date]').fill(inDays(60));
  await add.locator('button').click();
  await expect(page.locator('.banner').filter({ hasText: '加了一次' })).toBeVisible();
  await expect(page.locator('.plan__date')).toHaveCount(5);
  await accessible(page);
  await fits(page);
});

test('a new term is shown what stands in its way, and leaves those dates out', async ({ page }) => {
  await signInStaff(page, 'jianshenglu');
  await page.locator('a[href$="/terms/new"]').first().click();
  await page.waitForURL(/terms\/new/);
  await hydrated(page);
  const form = page.locator('form:has([name=capacity])');
  // The four kinds of browser share one room: a day and an hour that no other has.
  const [day, other] = [0, 600].map((later) => inDays(400 + later + Math.floor(Math.random() * 500)));
  const hour = Math.floor(Math.random() * 23).toString().padStart(2, '0');
  const fill = async (dates: string) => {
    await form.locator('[name=name]').fill('撞期班');
    await form.locator('[name=rule][value=dates]').check();
    await form.locator('[name=dates]').fill(dates);
    await form.locator('[name=start]').fill(`${hour}:00`);
    await form.locator('[name=end]').fill(`${hour}:40`);
    await form.locator('[name=room]').selectOption({ index: 1 });
    await form.locator('[name=capacity]').fill('5');
  };
  await fill(day);
  const address = page.url();
  await page.getByRole('button', { name: '保存这一期' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);

  await open(page, address);
  await fill(`${day}\n${other}`);
  await page.getByRole('button', { name: '看看日期' }).click();
  await expect(page.locator('.preview__clash')).toHaveCount(1);
  await accessible(page);
  await fits(page);
  await page.getByRole('link', { name: '跳过撞上的这几次' }).click();
  await expect(page.locator('.preview__clash')).toHaveCount(0);
  await expect(page.locator('.preview')).toContainText('除外');
  await hydrated(page);
  await page.getByRole('button', { name: '保存这一期' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);
});

test('a term by the lunar calendar is previewed with its lunar days', async ({ page }) => {
  await signInStaff(page, 'jianshenglu');
  await page.locator('a[href$="/terms/new"]').first().click();
  await page.waitForURL(/terms\/new/);
  await hydrated(page);
  const form = page.locator('form:has([name=capacity])');
  await form.locator('[name=rule][value=lunar]').check();
  await form.locator('[name=lunar_month]').selectOption('9');
  await form.locator('[name=lunar_day]').selectOption('9');
  await form.locator('[name=from]').fill('2027-01-01');
  await form.locator('[name=until]').fill('2028-12-31');
  await form.locator('[name=holidays]').selectOption('keep');
  await page.getByRole('button', { name: '看看日期' }).click();
  await expect(page.locator('.preview li')).toHaveCount(2);
  await expect(page.locator('.preview')).toContainText('重阳节');
  await accessible(page);
  await fits(page);
});

test('a term is planned again for the next season, with all that it had', async ({ page }) => {
  const term = await newTerm(page, 'yongxing', { places: 7 });
  await open(page, `/yongxing/desk/terms/${term.id}`);
  await page.getByRole('link', { name: '照样再开一期' }).click();
  await page.waitForURL(/like=/);
  await hydrated(page);
  const form = page.locator('form:has([name=capacity])');
  await expect(form.locator('[name=capacity]')).toHaveValue('7');
  await expect(form.locator('[name="weekday[]"][value=SA]')).toBeChecked();
  await expect(form.locator('[name=start]')).toHaveValue('09:00');
  await form.locator('[name=name]').fill('下一季');
  await page.getByRole('button', { name: '看看日期' }).click();
  await expect(page.locator('.preview li').first()).toContainText('星期六');
  await hydrated(page);
  await page.getByRole('button', { name: '保存这一期' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);
});
