import { accessible, addChild, expect, listen, newPhone, open, signIn, test, visitor } from '../support';
import { inDays, newTerm } from '../desk';

/** How soon what somebody did shows up elsewhere: half a second until it is told, half a second's spread, and time. */
const SOON = { timeout: 5_000 };

test('places fall and numbers move up on pages that nobody touches', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 1 });
  const section = (one: typeof page) => one.locator(`#t${term.id}`);

  // Who only looks, and isn't signed in.
  const looking = await visitor(browser);
  const complaints = listen(looking);
  await open(looking, term.page);
  await expect(section(looking).locator('.state').first()).toContainText('余 1 位');

  const first = await visitor(browser);
  await signIn(first, 'yongxing', newPhone());
  await addChild(first, 'yongxing', '先到');
  await open(first, term.page);
  await section(first).getByRole('button', { name: '报名' }).click();
  await expect(section(first).locator('.banner')).toContainText('先到 已报名');
  await expect(section(looking).locator('.state').first()).toContainText('候补', SOON);

  const second = await visitor(browser);
  await signIn(second, 'yongxing', newPhone());
  await addChild(second, 'yongxing', '第二');
  await open(second, term.page);
  await section(second).getByRole('button', { name: '加入候补' }).click();
  await expect(section(second).locator('.banner')).toContainText('第二 候补第 1 位');

  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '第三');
  await open(page, term.page);
  await section(page).getByRole('button', { name: '加入候补' }).click();
  await expect(section(page).locator('.banner')).toContainText('第三 候补第 2 位');
  await page.evaluate(() => ((window as unknown as { untouched: boolean }).untouched = true));

  await section(second).getByRole('button', { name: '退出候补：第二' }).click();
  await expect(section(page).locator('.banner')).toContainText('第三 候补第 1 位', SOON);
  await expect(page.locator('article > [role=status]')).toContainText('第三 候补第 1 位');
  await section(first).getByRole('button', { name: '取消报名：先到' }).click();
  await expect(section(page).locator('.banner')).toContainText('第三 已报名', SOON);
  expect(await page.evaluate(() => (window as unknown as { untouched?: boolean }).untouched), 'never reloaded').toBe(true);
  await accessible(page);
  expect(complaints).toEqual([]);
});

test('what somebody is filling in stays while the places fall', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 2, single: true });
  const section = (one: typeof page) => one.locator(`#t${term.id}`);
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '老大');
  await addChild(page, 'yongxing', '老二', '2019-05-01');
  await open(page, term.page);
  await section(page).locator('label', { hasText: '老二' }).click();
  await section(page).locator('input[name=scope][value=single]').check();
  const date = section(page).locator('select[name="occurrences[]"]');
  await date.selectOption({ index: 2 });
  const chosen = await date.inputValue();
  await date.focus();

  const other = await visitor(browser);
  await signIn(other, 'yongxing', newPhone());
  await addChild(other, 'yongxing', '邻居');
  await open(other, term.page);
  await section(other).getByRole('button', { name: '报名' }).click();
  await expect(section(other).locator('.banner')).toContainText('邻居 已报名');

  await expect(section(page).locator('.state').first()).toContainText('余 1 位', SOON);
  await expect(section(page).locator('label', { hasText: '老二' }).locator('input')).toBeChecked();
  await expect(section(page).locator('input[name=scope][value=single]')).toBeChecked();
  expect(await date.inputValue()).toBe(chosen);
  await expect(date).toBeFocused();
});

test('the calendar shows what is new without being asked', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 4 });
  await open(page, `/yongxing?view=list&day=${inDays(8)}`);
  const row = page.locator('.occ').filter({ hasText: term.name }).first();
  await expect(row).toContainText('余 4 位');
  await page.evaluate(() => window.scrollTo(0, 200));
  const scrolled = await page.evaluate(() => window.scrollY);

  const parent = await visitor(browser);
  await signIn(parent, 'yongxing', newPhone());
  await addChild(parent, 'yongxing', '小满');
  await open(parent, term.page);
  await parent.locator(`#t${term.id}`).getByRole('button', { name: '报名' }).click();
  await expect(parent.locator(`#t${term.id} .banner`)).toContainText('小满 已报名');
  await expect(row).toContainText('余 3 位', SOON);
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
});
