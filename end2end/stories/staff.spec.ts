import { accessible, expect, fits, hydrated, open, signInStaff, test } from '../support';
import { fillTerm, newTerm } from '../desk';

test('staff make a term, with a preview of its dates before it is saved', async ({ page }) => {
  await signInStaff(page, 'jianshenglu');
  await accessible(page);
  await fits(page);
  await open(page, '/jianshenglu/desk');
  await page.getByRole('link', { name: /新一期/ }).first().click();
  await page.waitForURL(/terms\/new/);
  await hydrated(page);
  await fillTerm(page, { places: 12 });
  await page.getByRole('button', { name: /预览/ }).click();
  await expect(page.locator('.preview li').first()).toContainText('星期六');
  await expect(page.locator('[name=capacity]')).toHaveValue('12');
  await accessible(page);
  await fits(page);
});

test('staff book somebody without a phone and call the roll', async ({ page }) => {
  const term = await newTerm(page, 'yongxing', { places: 5 });
  await open(page, `/yongxing/desk/terms/${term.id}`);
  const form = page.locator('form[action="/api/add_person_and_book"]');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/add_person_and_book"]) > summary').click();
  }
  await form.locator('[name=name]').fill('郑没手机');
  await form.locator('[name=birth]').fill('2018-01-02');
  await form.locator('button').click();
  await expect(page.locator('table').first()).toContainText('郑没手机');
  await accessible(page);
  await fits(page);
  await open(page, `/yongxing/desk/terms/${term.id}/audit`);
  await expect(page.locator('table')).toContainText('郑没手机');
  await accessible(page);
  await fits(page);
});

test('staff call the roll of today', async ({ page }) => {
  await signInStaff(page, 'shilouxiaozhen');
  const roll = page.getByRole('link', { name: /点名/ }).first();
  test.skip((await roll.count()) === 0, 'nothing takes place today in this community');
  await roll.click();
  await page.waitForURL(/desk\/occurrences/);
  await hydrated(page);
  const person = page.locator('.roll__person').first();
  await person.locator('label', { hasText: '迟到' }).click();
  await page.getByRole('button', { name: /保存/ }).click();
  await hydrated(page);
  await page.reload();
  await expect(page.locator('.roll__person').first().locator('input[value=late]')).toBeChecked();
  await accessible(page);
  await fits(page);
});
