import { accessible, expect, fits, hydrated, open, signInStaff, test } from '../support';
import { fillTerm, inDays, newTerm } from '../desk';

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
  await person.locator('label', { hasText: '迟到' }).click();
  await page.getByRole('button', { name: '保存点名' }).click();
  await expect(page.getByText('点名已保存')).toBeVisible();
  await open(page, new URL(page.url()).pathname);
  await expect(person.locator('input[value=late]')).toBeChecked();
  await accessible(page);
  await fits(page);

  // Ticked by mistake: taken back.
  await hydrated(page);
  await person.locator('label', { hasText: '撤销' }).click();
  await page.getByRole('button', { name: '保存点名' }).click();
  await expect(page.getByText('点名已保存')).toBeVisible();
  await open(page, new URL(page.url()).pathname);
  await expect(person).toBeVisible();
  await expect(person.locator('input:checked')).toHaveCount(0);
});
