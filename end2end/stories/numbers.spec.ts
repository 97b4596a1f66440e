import { accessible, expect, fits, hydrated, open, signInStaff, test } from '../support';
import { newTerm } from '../desk';
import { sheet } from '../sheet';

test('staff see what a quarter came to, drawn and as a table, and take it away as a file', async ({ page }) => {
  await signInStaff(page, 'yongxing');
  await page.locator('.desk-nav').getByRole('link', { name: '数字' }).click();
  await page.waitForURL(/desk\/numbers/);
  await hydrated(page);
  // Of the year that is over, or of this one: one of them holds dates of the demo.
  await page.getByRole('link', { name: '年', exact: true }).click();
  await page.waitForURL(/by=year/);
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('年');
  if (!(await page.locator('.figures').isVisible())) {
    await page.locator('.pager a[rel=prev]').click();
    await page.waitForURL(/day=/);
    await hydrated(page);
  }
  await expect(page.locator('.figures')).toContainText('受益人数');
  await expect(page.locator('.bars li').first()).toContainText('人次');
  await expect(page.locator('table.numbers').first()).toContainText('合计');
  await expect(page.locator('table.hours .heat').first()).toBeVisible();
  await page.locator('.how > summary').click();
  await expect(page.locator('.how')).toContainText('受益人数');
  await accessible(page);
  await fits(page);
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载 Excel 表格' }).click();
  expect((await saving).suggestedFilename()).toMatch(/^zhaoxi-numbers-.*\.xlsx$/);
});

test('a roster from a sheet is looked over, booked and told line by line', async ({ page }) => {
  const term = await newTerm(page, 'jianshenglu', { places: 2 });
  const word = Math.random().toString(36).slice(2, 7);
  const here = `/jianshenglu/desk/terms/${term.id}`;
  await open(page, here);
  await page.getByRole('link', { name: '用 Excel 表格报名' }).click();
  await page.waitForURL(/\/import/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const file = page.locator('form[action="/api/preview_roster"] input[type=file]');
  const look = page.getByRole('button', { name: '看一遍' });

  await file.setInputFiles({ name: 'a.xlsx', mimeType: 'text/plain', buffer: Buffer.from('姓名\n小明\n') });
  await look.click();
  await expect(page.locator('.field__error')).toContainText('不是能打开的 Excel 文件');
  await hydrated(page);

  const buffer = sheet([
    ['姓名', '出生日期', '手机号', '备注'],
    [`甲${word}`, '2018-05-01', '', '新来的'],
    [`乙${word}`, '2018/6/2', '', ''],
    [`丙${word}`, '2018年7月3日', '', ''],
    [`丁${word}`, '2018-05-01', '12345', ''],
  ]);
  await file.setInputFiles({ name: 'a.xlsx', mimeType: 'application/octet-stream', buffer });
  await look.click();
  const row = (name: string) => page.locator('table.import tr').filter({ hasText: `${name}${word}` });
  await expect(row('甲')).toContainText('新登记一位居民');
  await expect(row('丁')).toContainText('手机号');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: '报名这 3 行' }).click();
  await expect(page.locator('.banner--good')).toContainText('报上 2 人，候补 1 人，没报 1 行');
  await expect(row('甲')).toContainText('已报名');
  await expect(row('丙')).toContainText('候补第 1 位');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await open(page, here);
  await expect(page.locator('table').first()).toContainText(`乙${word}`);
});
