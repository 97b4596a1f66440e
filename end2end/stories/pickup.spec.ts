import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, test, visitor } from '../support';
import { inDays, newTerm } from '../desk';
import type { Page } from '@playwright/test';

/** A class that began within the day, a child of it, and its mother. */
async function classWithChild(page: Page, mother: Page): Promise<{ child: string; family: string; roll: string }> {
  const term = await newTerm(page, 'yongxing', { places: 5, date: inDays(1), start: '00:01' });
  const child = `小麦${Math.random().toString(36).slice(2, 6)}`;
  await signIn(mother, 'yongxing', newPhone());
  await addChild(mother, 'yongxing', child);
  await mother.getByRole('link', { name: `${child}的接送` }).click();
  await mother.waitForURL(/my\/pickup\//);
  const family = new URL(mother.url()).pathname;

  // The desk books for the child, as for anybody it finds.
  await open(page, `/yongxing/desk/terms/${term.id}?find=${encodeURIComponent(child)}`);
  await page.locator('form[action="/api/book_at_desk"] button').first().click();
  await expect(page.locator('table').first()).toContainText(child);
  await open(page, `/yongxing/desk/terms/${term.id}`);
  await page.locator('a[href*="/desk/occurrences/"]').first().click();
  await page.waitForURL(/desk\/occurrences/);
  return { child, family, roll: new URL(page.url()).pathname };
}

test('a family names somebody, staff hand the child over, and the family is told', async ({ page, browser }) => {
  test.slow();
  const mother = await visitor(browser);
  const { child, family, roll } = await classWithChild(page, mother);
  await hydrated(mother);
  await accessible(mother);
  await fits(mother);
  const form = mother.locator('form[action="/api/add_pickup_person"]');
  await form.locator('[name=name]').fill('王秀英');
  await form.locator('[name=relation]').fill('奶奶');
  await form.locator('[name=phone]').fill('123');
  await form.getByRole('button', { name: '添加' }).click();
  await expect(form.locator('.field__error')).toContainText('11 位');
  await hydrated(mother);
  await expect(form.locator('[name=name]')).toHaveValue('王秀英');
  await form.locator('[name=phone]').fill('13755550199');
  await form.getByRole('button', { name: '添加' }).click();
  await expect(mother.locator('.pickers')).toContainText('137****0199');
  await hydrated(mother);
  await mother.getByRole('button', { name: '启用接送码' }).click();
  await expect(mother.locator('.tell-code__digits')).toContainText(/\d{3} \d{3}/);
  await hydrated(mother);
  await accessible(mother);
  await fits(mother);

  // Not marked as here yet: the page says so, and marks it.
  await open(page, `${roll}/pickup`);
  await expect(page.locator('main')).toContainText('还没点到');
  await page.getByRole('button', { name: `${child}标为已到` }).click();
  await expect(page.locator('.here')).toContainText(child);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: `把${child}交给王秀英` }).click();
  await expect(page.locator('.gone-row--gone')).toContainText('交给王秀英 · 奶奶');
  await hydrated(page);
  await accessible(page);
  await fits(page);

  await open(mother, '/yongxing/notices');
  await expect(mother.locator('.notices')).toContainText(`${child}已接走`);
  await open(mother, family);
  await expect(mother.locator('#handed')).toContainText('交给王秀英 · 奶奶');

  // The wrong child: taken back, with a reason that stays.
  await page.locator('.gone-row--gone summary').click();
  const undo = page.locator('form[action="/api/undo_hand_over"]');
  await undo.locator('[name=reason]').fill('点错了人');
  await undo.getByRole('button', { name: '撤回这次交接' }).click();
  await expect(page.locator('.here')).toContainText(child);
  await expect(page.locator('details:has(.handed--undone)')).toHaveCount(1);
});

test('a wrong code is counted, and somebody else takes the child only for a reason', async ({ page, browser }) => {
  test.slow();
  const mother = await visitor(browser);
  const { child, family, roll } = await classWithChild(page, mother);
  await hydrated(mother);
  await mother.getByRole('button', { name: '启用接送码' }).click();
  await expect(mother.locator('.tell-code__digits')).toContainText(/\d{3} \d{3}/);
  const code = ((await mother.locator('.tell-code__digits').textContent()) ?? '').replace(/\D/g, '');
  const wrong = ((Number(code) + 1) % 1_000_000).toString().padStart(6, '0');

  await open(page, `${roll}/pickup`);
  await page.getByRole('button', { name: `${child}标为已到` }).click();
  await expect(page.locator('.here')).toContainText('家里没有写下今天的接送人');
  await hydrated(page);
  await page.locator('.here summary', { hasText: '说接送码' }).click();
  const byCode = page.locator('.here form:has([name=code])');
  await byCode.locator('[name=code]').fill(wrong);
  await byCode.locator('[name=taker]').fill('邻居老周');
  await byCode.getByRole('button').click();
  await expect(page.locator('.banner--no')).toContainText('还可以试 4 次');
  await hydrated(page);
  await page.locator('.here summary', { hasText: '例外放行' }).click();
  const override = page.locator('.here form:has([name=reason])');
  await override.locator('[name=taker]').fill('姨妈');
  await override.locator('[name=reason]').fill('妈妈电话说姨妈来接');
  await override.getByRole('button').click();
  await expect(page.locator('.gone-row--gone')).toContainText('例外放行：妈妈电话说姨妈来接');
  await open(mother, '/yongxing/notices');
  await expect(mother.locator('.notices')).toContainText('由名单外的人接走');
  await open(mother, family);
  await expect(mother.locator('#handed')).toContainText('姨妈');
});

test('the board of who is still here opens from the desk', async ({ page, browser }) => {
  const mother = await visitor(browser);
  await classWithChild(page, mother);
  await open(page, '/yongxing/desk/still-here');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('还没接走');
  await accessible(page);
  await fits(page);
});
