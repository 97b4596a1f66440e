import { accessible, addChild, expect, fits, hydrated, newPhone, open, scripted, signIn, signInStaff, test, visitor } from '../support';
import { bookByName, newTerm, soon } from '../desk';

test('in the corridor one field finds, signs in and leads to the roll', async ({ page }) => {
  test.slow();
  const name = `钱${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  await open(page, '/yongxing/desk/today');
  await accessible(page);
  await fits(page);
  const field = page.locator('#code');
  await field.fill('00000000');
  await page.getByRole('button', { name: '签到', exact: true }).click();
  await expect(page.getByText('今天的名单里没有这个签到码')).toBeVisible();
  await hydrated(page);
  await field.fill(name);
  await page.getByRole('button', { name: '签到', exact: true }).click();
  const found = page.locator('.care__row').filter({ hasText: name });
  await expect(found).toContainText(term.name);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await found.getByRole('button', { name: '签到' }).click();
  const card = page.locator('.today__card').filter({ hasText: term.name });
  await expect(card).toContainText('在场 1 / 1 人');
  await card.click();
  await page.waitForURL(/desk\/occurrences/);
  await hydrated(page);
  const present = page.locator('.roll__person').filter({ hasText: name }).getByRole('button', { name: '到', exact: true });
  await expect(present).toHaveAttribute('aria-pressed', 'true');
});

test('the code on a slip is scanned at the door, and read again does nothing twice', async ({ page }) => {
  test.slow();
  const name = `孙${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  await open(page, `/yongxing/desk/people?find=${encodeURIComponent(name)}`);
  const person = await page.locator('.care__link').first().getAttribute('href');
  await open(page, `${person}/slip`);
  const code = /(\d{8})/.exec((await page.locator('.sheet__scan-text').textContent()) ?? '')?.[1] ?? '';
  expect(code).toHaveLength(8);
  // A scanner types the address that it read, and presses Enter.
  for (const told of [`${name} 已签到`, `${name} 之前已经签到了`]) {
    await open(page, '/yongxing/desk/today');
    await page.locator('#code').fill(`http://localhost/yongxing/desk/today?code=${code}`);
    await page.locator('#code').press('Enter');
    if (scripted()) {
      await expect(page.locator('.door__answer')).toContainText(told);
      await expect(page.locator('#code')).toHaveValue('');
    } else {
      await expect(page.locator('.banner--good')).toContainText('已签到');
    }
    await hydrated(page);
  }
  await page.locator('.today__card').filter({ hasText: term.name }).click();
  await page.waitForURL(/desk\/occurrences/);
  await page.locator('summary', { hasText: '点名记录（1）' }).click();
  await fits(page);
});

test('of two who call one roll the second is told, and everybody else is marked at once', async ({ page, browser }) => {
  test.slow();
  const names = ['周一一', '周二二', '周三三'].map((name) => name + Math.random().toString(36).slice(2, 5));
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  for (const name of names) {
    await bookByName(page, 'yongxing', term.id, name);
  }
  await page.locator('a[href*="/desk/occurrences/"]').first().click();
  await page.waitForURL(/desk\/occurrences/);
  await hydrated(page);
  const other = await visitor(browser);
  await signInStaff(other, 'yongxing');
  await open(other, new URL(page.url()).pathname);
  const button = (of: typeof page, name: string, mark: string) =>
    of.locator('.roll__person').filter({ hasText: name }).getByRole('button', { name: mark, exact: true });
  const [first = ''] = names;
  await button(page, first, '缺席').click();
  await expect(button(page, first, '缺席')).toHaveAttribute('aria-pressed', 'true');
  await hydrated(page);
  await expect(page.locator('.roll__unsent')).toHaveCount(0);
  await button(other, first, '到').click();
  await expect(other.locator('.banner--no')).toContainText('刚刚');
  await expect(button(other, first, '缺席')).toHaveAttribute('aria-pressed', 'true');
  await hydrated(other);
  await accessible(other);
  await fits(other);
  await other.getByRole('button', { name: '其余 2 人都到' }).click();
  await expect(other.locator('main')).toContainText('3 人都点完了');
  await expect(other.locator('.page-head')).toContainText('到 2 / 共 3 人');
});

test('a day of care is written down: here, eaten, and who took her home', async ({ page }) => {
  test.slow();
  const name = `陈${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  const roll = (await page.locator('a[href*="/desk/occurrences/"]').first().getAttribute('href')) ?? '';
  await open(page, `${roll}/day`);
  const row = page.locator('.roll__person').filter({ hasText: name });
  await row.getByRole('button', { name: '到了' }).click();
  await expect(row).toContainText(/到 \d\d:\d\d/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await row.getByRole('button', { name: '用餐' }).click();
  await expect(row.locator('.day-notes')).toContainText('用餐');
  await hydrated(page);
  await row.getByRole('button', { name: '回家' }).click();
  await expect(row.locator('.field__error')).toBeVisible();
  await hydrated(page);
  await row.locator('[name=words]').fill('女儿来接');
  await row.getByRole('button', { name: '回家' }).click();
  await expect(row).toContainText('已回家');
  await expect(row.locator('.day-notes')).toContainText('女儿来接');
  await hydrated(page);
  await accessible(page);
  await fits(page);
});

test('a family takes leave of one date, and comes after all', async ({ page, browser }) => {
  test.slow();
  const term = await newTerm(page, 'yongxing', { places: 5 });
  const parent = await visitor(browser);
  await signIn(parent, 'yongxing', newPhone());
  await addChild(parent, 'yongxing', '小禾');
  await open(parent, term.page);
  const section = parent.locator(`#t${term.id}`);
  await section.locator('label', { hasText: '小禾' }).click();
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText('小禾 已报名');
  await open(parent, '/yongxing/my');
  const date = parent.locator('.occ--mine').filter({ hasText: term.name }).first();
  await date.locator('summary', { hasText: '请假' }).click();
  await date.locator('[value=sick]').check();
  await date.getByRole('button', { name: '确定请假' }).click();
  await expect(parent.locator('.banner--good')).toContainText('记下了');
  await expect(date).toContainText('已请病假');
  await hydrated(parent);
  await accessible(parent);
  await fits(parent);
  await date.getByRole('button', { name: /照常来/ }).click();
  await expect(date.locator('summary', { hasText: '请假' })).toBeVisible();
});
