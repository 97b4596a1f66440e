import { accessible, expect, fits, hydrated, newPhone, open, signIn, test, visitor } from '../support';
import { newTerm } from '../desk';

test('a daughter sees what her mother does, books for her, and is cut off at once', async ({ page, browser }) => {
  test.slow();
  const term = await newTerm(await visitor(browser), 'yongxing', { places: 3 });
  const mother = await visitor(browser);
  await signIn(mother, 'yongxing', newPhone());
  await expect(mother.locator('#add')).toBeVisible();
  const myself = mother.locator('form[action="/api/add_member"]:has(input[name=kind][value=myself])');
  if (!(await myself.locator('[name=name]').isVisible())) {
    await mother.locator('details:has(input[name=kind][value=myself]) > summary').click();
  }
  await myself.locator('[name=name]').fill('孙奶奶');
  await myself.locator('button').click();
  await expect(mother.locator('.members')).toContainText('孙奶奶');

  const phone = newPhone();
  await mother.getByRole('link', { name: '家属授权' }).click();
  await mother.waitForURL(/my\/care/);
  await hydrated(mother);
  await accessible(mother);
  await fits(mother);
  const form = mother.locator('form[action="/api/grant_care_link"]');
  await form.locator('[name=name]').fill('女儿小孙');
  await form.locator('[name=phone]').fill('12345');
  await form.getByRole('button', { name: '授权' }).click();
  await expect(form.locator('.field__error')).toContainText('11 位');
  await expect(form.locator('[name=name]')).toHaveValue('女儿小孙');
  await hydrated(mother);
  await form.locator('[name=phone]').fill(phone);
  await form.locator('[value=see_roll]').check();
  await form.locator('[value=book]').check();
  await form.getByRole('button', { name: '授权' }).click();
  await expect(mother.locator('.banner--good')).toContainText('已授权给女儿小孙');
  await accessible(mother);

  await signIn(page, 'yongxing', phone);
  await page.getByRole('link', { name: /看孙奶奶的安排/ }).click();
  await page.waitForURL(/cared\//);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('孙奶奶');
  await expect(page.getByText('今天没有安排')).toBeVisible();
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const cared = new URL(page.url()).pathname;
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText('孙奶奶 已报名');
  await open(page, cared);
  await expect(page.locator('.occ').first()).toContainText(term.name);
  await accessible(page);
  await fits(page);
  await open(mother, '/yongxing/my');
  await expect(mother.locator('.occ').filter({ hasText: term.name }).first()).toContainText('孙奶奶');

  await open(mother, '/yongxing/my/care');
  await mother.getByRole('button', { name: '收回 女儿小孙' }).click();
  await expect(mother.locator('.banner--good')).toContainText('已收回');
  await open(page, cared);
  await expect(page.locator('main')).toContainText('看不到这一页');
  await expect(page.locator('main')).not.toContainText('孙奶奶');
  await accessible(page);
  await open(page, '/yongxing/my');
  await expect(page.locator('main')).not.toContainText('孙奶奶');
});

test('staff find somebody without a phone, and let her son see her on a signed paper', async ({ page }) => {
  test.slow();
  const term = await newTerm(page, 'yongxing', { places: 5 });
  const name = `吴奶奶${Math.random().toString(36).slice(2, 6)}`;
  await open(page, `/yongxing/desk/terms/${term.id}`);
  const form = page.locator('form[action="/api/add_person_and_book"]');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/add_person_and_book"]) > summary').click();
  }
  await form.locator('[name=name]').fill(name);
  await form.locator('[name=birth]').fill('1950-01-02');
  await form.locator('button').click();
  await expect(page.locator('table').first()).toContainText(name);

  await open(page, '/yongxing/desk');
  await page.locator('.desk-nav').getByRole('link', { name: '居民' }).click();
  await page.waitForURL(/desk\/people/);
  await hydrated(page);
  await accessible(page);
  await page.locator('#find').fill(name);
  await page.getByRole('button', { name: '查找' }).click();
  await page.waitForURL(/find=/);
  await page.getByRole('link', { name }).click();
  await page.waitForURL(/people\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
  await expect(page.locator('main')).toContainText(term.name);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const grant = page.locator('form[action="/api/grant_on_paper"]');
  if (!(await grant.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/grant_on_paper"]) > summary').click();
  }
  await grant.locator('[name=name]').fill('儿子小吴');
  await grant.locator('[name=phone]').fill(newPhone());
  await grant.getByRole('button', { name: '授权' }).click();
  await expect(grant.locator('.field__error')).toBeVisible();
  await expect(grant.locator('[name=name]')).toHaveValue('儿子小吴');
  await hydrated(page);
  await grant.locator('[name=paper]').fill('3 号档案盒');
  await grant.getByRole('button', { name: '授权' }).click();
  await expect(page.locator('.banner--good')).toContainText('已登记授权');
  await expect(page.locator('#relatives')).toContainText('3 号档案盒');
  await expect(page.locator('table')).toContainText('授权给家属');
  await accessible(page);
  await fits(page);
});
