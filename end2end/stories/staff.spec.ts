import { accessible, expect, fits, hydrated, newPhone, open, signIn, signInStaff, test, visitor } from '../support';
import { bookByName, fillTerm, inDays, newTerm } from '../desk';
import type { Locator } from '@playwright/test';

test('staff make a term, with a preview of its dates before it is saved', async ({ page }) => {
  await signInStaff(page, 'jianshenglu');
  await accessible(page);
  await fits(page);
  await open(page, '/jianshenglu/desk');
  await page.getByRole('link', { name: /新开一期/ }).first().click();
  await page.waitForURL(/terms\/new/);
  await hydrated(page);
  await fillTerm(page, { places: 12 });
  await page.getByRole('button', { name: '看看日期' }).click();
  await expect(page.locator('.preview li').first()).toContainText('星期六');
  await expect(page.locator('[name=capacity]')).toHaveValue('12');
  await accessible(page);
  await fits(page);
});

test('staff book somebody without a phone and call the roll', async ({ page }) => {
  const term = await newTerm(page, 'yongxing', { places: 5, date: inDays(1), start: '00:01' });
  await open(page, `/yongxing/desk/terms/${term.id}`);
  const form = page.locator('form[action="/api/add_person_and_book"]');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/add_person_and_book"]) > summary').click();
  }
  await form.locator('[name=name]').fill('郑没手机');
  await form.locator('[name=birth]').fill('2018-01-02');
  await form.locator('[name=phone]').fill('12345');
  await form.locator('button').click();
  await expect(form.locator('.field__error')).toBeVisible();
  await hydrated(page);
  await expect(form.locator('[name=name]')).toHaveValue('郑没手机');
  await form.locator('[name=phone]').fill('');
  await form.locator('button').click();
  await expect(page.locator('table').first()).toContainText('郑没手机');
  await accessible(page);
  await fits(page);

  await open(page, `/yongxing/desk/terms/${term.id}/audit`);
  await expect(page.locator('table')).toContainText('郑没手机');
  await accessible(page);
  await fits(page);

  await open(page, `/yongxing/desk/terms/${term.id}`);
  await page.locator('a[href*="/desk/occurrences/"]').first().click();
  await page.waitForURL(/desk\/occurrences/);
  await hydrated(page);
  const person = page.locator('.roll__person').filter({ hasText: '郑没手机' });
  const late = person.getByRole('button', { name: '迟到' });
  await late.click();
  await expect(late).toHaveAttribute('aria-pressed', 'true');
  await accessible(page);
  await fits(page);
  await hydrated(page);
  await expect(person).toContainText(/\d\d:\d\d 记/);
  await open(page, new URL(page.url()).pathname);
  await expect(late).toHaveAttribute('aria-pressed', 'true');

  // Ticked by mistake: taken back.
  await page.getByRole('button', { name: /撤销：郑没手机/ }).click();
  await expect(late).toHaveAttribute('aria-pressed', 'false');
  await hydrated(page);
  await open(page, new URL(page.url()).pathname);
  await expect(late).toHaveAttribute('aria-pressed', 'false');
  await page.locator('summary', { hasText: '点名记录' }).click();
  await expect(page.locator('details li', { hasText: '郑没手机' })).toHaveCount(2);
});

test('somebody without a phone is booked with the keyboard alone, within half a minute', async ({
  page,
  browser,
}) => {
  test.slow();
  const name = `卓键盘${Math.random().toString(36).slice(2, 6)}`;
  const before = await visitor(browser);
  const known = await newTerm(before, 'yongxing', { places: 5 });
  await bookByName(before, 'yongxing', known.id, name);
  await before.context().close();
  const term = await newTerm(page, 'yongxing', { places: 5, date: inDays(40), keep: true });
  await open(page, `/yongxing/desk/terms/${term.id}`);
  let keys = 0;
  const press = async (key: string) => {
    keys += 1;
    await page.keyboard.press(key);
  };
  const tabTo = async (wanted: Locator) => {
    while (!(await wanted.evaluate((element) => element === document.activeElement))) {
      await press('Tab');
      expect(keys, 'so far with the keyboard').toBeLessThan(60);
    }
  };
  await tabTo(page.locator('[name=find]'));
  await page.keyboard.type(name);
  await press('Enter');
  const book = page.locator('form[action="/api/book_at_desk"] button[name=person]').first();
  await expect(book).toBeVisible();
  await hydrated(page);
  await tabTo(book);
  await press('Enter');
  await expect(page.locator('table').first()).toContainText(name);
  // Two keys a second is slow, and a name takes ten of them.
  expect(keys + 10).toBeLessThan(60);
});

test('grandmother, who was written down twice, is one person, and can be two again', async ({
  page,
  browser,
}) => {
  test.slow();
  const name = `周奶奶${Math.random().toString(36).slice(2, 6)}`;
  const before = await visitor(browser);
  const morning = await newTerm(before, 'yongxing', { places: 5 });
  await before.context().close();
  const afternoon = await newTerm(page, 'yongxing', { places: 5, start: '14:00', end: '16:00' });
  await bookByName(page, 'yongxing', morning.id, name);

  // Her daughter knows nothing of it, and writes her down once more, without the birth date.
  const daughter = await visitor(browser);
  await signIn(daughter, 'yongxing', newPhone());
  await open(daughter, '/yongxing/my');
  const elder = daughter.locator('form[action="/api/add_member"]:has(input[name=kind][value=elder])');
  if (!(await elder.locator('[name=name]').isVisible())) {
    await daughter.locator('details:has(input[name=kind][value=elder]) > summary').click();
  }
  await elder.locator('[name=name]').fill(name);
  await elder.locator('button').click();
  await expect(daughter.locator('.members')).toContainText(name);
  await open(daughter, afternoon.page);
  const section = daughter.locator(`#t${afternoon.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText(`${name} 已报名`);

  const found = `/yongxing/desk/people?find=${encodeURIComponent(name)}`;
  await open(page, found);
  await expect(page.getByRole('link', { name })).toHaveCount(2);
  await page.getByRole('link', { name: new RegExp(`${name}.*周岁`) }).click();
  await page.waitForURL(/people\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
  await hydrated(page);
  const bookings = page.locator('section:has(> #bookings)');
  const records = page.locator('#records');
  await expect(bookings).toContainText(morning.name);
  await expect(bookings).not.toContainText(afternoon.name);
  const her = new URL(page.url()).pathname;

  // The page has found the other record by itself.
  await records.getByRole('link', { name }).click();
  await page.waitForURL(/merge\?with=/);
  await expect(page.locator('.merge__table')).toContainText(afternoon.name);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: '合并成一份' }).click();
  await expect(records.locator('.banner--good')).toContainText('已合并成一份记录');
  await expect(bookings).toContainText(morning.name);
  await expect(bookings).toContainText(afternoon.name);
  await expect(page.locator('table')).toContainText('合并重复的记录');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await open(page, found);
  await expect(page.getByRole('link', { name })).toHaveCount(1);

  // The family sees what the desk booked.
  await open(daughter, '/yongxing/my');
  await expect(daughter.locator('.occ').filter({ hasText: morning.name }).first()).toContainText(name);

  await open(page, her);
  await records.locator('summary', { hasText: '撤销合并' }).click();
  await records.getByRole('button', { name: '确定撤销合并' }).click();
  await expect(records.locator('.banner--good')).toContainText('已撤销合并');
  await expect(bookings).toContainText(morning.name);
  await expect(bookings).not.toContainText(afternoon.name);
  await hydrated(page);
  await open(page, found);
  await expect(page.getByRole('link', { name })).toHaveCount(2);
  await open(daughter, '/yongxing/my');
  await expect(daughter.locator('main')).not.toContainText(morning.name);
});

test('somebody without an account is corrected and erased at the desk, on a written request', async ({ page }) => {
  const mark = Math.random().toString(36).slice(2, 6);
  const term = await newTerm(page, 'yongxing', { places: 5 });
  await bookByName(page, 'yongxing', term.id, `写错名${mark}`);
  await open(page, `/yongxing/desk/people?find=${encodeURIComponent(`写错名${mark}`)}`);
  await page.getByRole('link', { name: new RegExp(`写错名${mark}`) }).click();
  await page.waitForURL(/people\/[0-9a-f-]{36}$/);
  await hydrated(page);
  const path = new URL(page.url()).pathname;
  const data = page.locator('#data');
  const correct = page.locator('form[action="/api/correct_at_desk"]');
  await data.locator('summary', { hasText: '改姓名' }).click();
  await correct.locator('[name=name]').fill(`写对名${mark}`);
  await correct.locator('[name=birth]').fill('2999-01-01');
  await correct.locator('[name=paper]').fill('申请夹第 12 页');
  await correct.getByRole('button', { name: '保存' }).click();
  await expect(correct.locator('.field__error')).toBeVisible();
  await hydrated(page);
  await expect(correct.locator('[name=paper]')).toHaveValue('申请夹第 12 页');
  await correct.locator('[name=birth]').fill('');
  await correct.getByRole('button', { name: '保存' }).click();
  await expect(data.locator('.banner--good')).toContainText('已改好');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`写对名${mark}`);
  await hydrated(page);
  await accessible(page);
  await fits(page);

  const erase = page.locator('form[action="/api/erase_at_desk"]');
  const ask = async () => {
    await open(page, path);
    await data.locator('summary', { hasText: `删除写对名${mark}` }).click();
    await erase.locator('[name=paper]').fill('申请夹第 13 页');
    await erase.locator('[name=sure]').check();
    await erase.getByRole('button', { name: '删除' }).click();
  };
  await ask();
  await expect(erase.locator('.field__error, .banner--no').first()).toContainText('先取消报名');
  await open(page, `/yongxing/desk/terms/${term.id}`);
  const row = page.locator('tr').filter({ hasText: `写对名${mark}` });
  await row.locator('summary').click();
  await row.getByRole('button', { name: '确认取消' }).click();
  await expect(row).toHaveCount(0);
  await hydrated(page);
  await ask();
  await expect(page.locator('.banner--good')).toContainText('已删除');
  await open(page, `/yongxing/desk/people?find=${encodeURIComponent(`写对名${mark}`)}`);
  await expect(page.locator('main')).toContainText('没有找到');
});
