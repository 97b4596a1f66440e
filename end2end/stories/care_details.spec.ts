import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, signInStaff, test, visitor } from '../support';

test('a parent keeps an allergy, staff read it for a reason, and the family sees who has', async ({ page, browser }) => {
  test.slow();
  const child = `小禾${Math.random().toString(36).slice(2, 6)}`;
  const mother = await visitor(browser);
  await signIn(mother, 'yongxing', newPhone());
  await addChild(mother, 'yongxing', child);
  await mother.getByRole('link', { name: `${child}的照护须知` }).click();
  await mother.waitForURL(/my\/care-details\//);
  const family = new URL(mother.url()).pathname;
  await expect(mother.getByRole('heading', { level: 1 })).toContainText(child);
  await hydrated(mother);
  await accessible(mother);
  await fits(mother);
  await expect(mother.locator('main')).toContainText('谁看过、为什么看，都列在本页下面');
  await expect(mother.locator('main')).toContainText('还没有工作人员看过');

  // A number that is none, then nobody's consent: each is said, and what was typed stays.
  const form = mother.locator('form[action="/api/keep_care_details"]');
  await form.locator('[name=allergies]').fill('虾和蟹');
  await form.locator('[name=contact_name]').fill('外婆');
  await form.locator('[name=contact_phone]').fill('123');
  await form.locator('[name=address]').fill('19号楼4单元1203室');
  await form.getByRole('button', { name: '保存' }).click();
  await expect(form.locator('.field__error')).toContainText('11 位');
  await expect(form.locator('[name=allergies]')).toHaveValue('虾和蟹');
  await hydrated(mother);
  await form.locator('[name=contact_phone]').fill('13755550123');
  await form.getByRole('button', { name: '保存' }).click();
  await expect(form.locator('.banner--no')).toContainText('监护人');
  await expect(form.locator('[name=contact_phone]')).toHaveValue('13755550123');
  await accessible(mother);
  await form.locator('[name=agree]').check();
  await form.getByRole('button', { name: '保存' }).click();
  await expect(mother.locator('.banner--good')).toContainText('已保存');
  await expect(form.locator('[name=allergies]')).toHaveValue('虾和蟹');
  await expect(form).toContainText('起同意保存');

  // The desk finds the child by the door, and sees that there is something.
  await signInStaff(page, 'yongxing');
  await open(page, '/yongxing/desk/people');
  await page.locator('#find').fill('19-4-1203');
  await page.getByRole('button', { name: '查找' }).click();
  await page.waitForURL(/find=/);
  await page.getByRole('link', { name: child }).click();
  await page.waitForURL(/people\/[0-9a-f-]{36}/);
  const block = page.locator('#care-details');
  await expect(block).toContainText('有过敏');
  await expect(page.locator('main')).not.toContainText('虾和蟹');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await block.getByRole('link', { name: /查看内容/ }).click();
  await page.waitForURL(/care-details$/);
  const reason = page.locator('form[action="/api/give_care_reason"]');
  await expect(reason).toBeVisible();
  await expect(page.locator('main')).not.toContainText('虾和蟹');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await reason.getByLabel('其他').check();
  await reason.getByRole('button', { name: '记下理由并查看' }).click();
  await expect(reason.locator('.field__error')).toBeVisible();
  await expect(reason.getByLabel('其他')).toBeChecked();
  await hydrated(page);
  await reason.getByLabel('用餐安排').check();
  await reason.locator('[name=words]').fill('周二午餐');
  await reason.getByRole('button', { name: '记下理由并查看' }).click();
  await expect(page.locator('.facts--care')).toContainText('虾和蟹');
  await expect(page.locator('.facts--care')).toContainText('13755550123');
  await hydrated(page);
  await accessible(page);
  await fits(page);

  // The family sees it, and ends it.
  await open(mother, family);
  await expect(mother.locator('#readings li')).toHaveCount(1);
  await expect(mother.locator('#readings')).toContainText('用餐安排 · 周二午餐');
  await accessible(mother);
  await fits(mother);
  await mother.locator('details:has(form[action="/api/clear_care_details"]) > summary').click();
  await mother.getByRole('button', { name: '全部清除' }).click();
  await expect(mother.locator('.banner--good')).toContainText('已全部清除');
  await expect(form.locator('[name=allergies]')).toHaveValue('');
  await open(page, new URL(page.url()).pathname);
  await expect(page.locator('main')).toContainText('还没有登记照护须知');
  await expect(page.locator('main')).not.toContainText('虾和蟹');
});
