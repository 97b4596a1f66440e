import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, test, visitor } from '../support';
import { fillTerm, inDays, newTerm, setEntry } from '../desk';
import type { Locator, Page } from '@playwright/test';

/** A term of another kind in the activity of a first one: its form's page is open. */
async function anotherTerm(page: Page, activity: string, fill: (form: Locator) => Promise<void>): Promise<string> {
  await open(page, `${activity.replace('/activities/', '/desk/activities/')}/terms/new`);
  await fillTerm(page, { places: 1 });
  const form = page.locator('form:has([name=capacity])');
  const parts = form.locator('details:has([name=minutes])');
  if (!(await form.locator('[name=minutes]').isVisible())) {
    await parts.locator('summary').click();
  }
  await fill(form);
  await page.getByRole('button', { name: '保存这一期' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);
  await hydrated(page);
  return /desk\/terms\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
}

async function scopes(form: Locator, wanted: string[]): Promise<void> {
  for (const scope of ['whole', 'rest', 'weekly', 'single']) {
    await form.locator(`[name="scopes[]"][value=${scope}]`).setChecked(wanted.includes(scope));
  }
}

/** Opens a term's form for a family and gives its card. */
async function termOf(page: Page, activity: string, term: string): Promise<Locator> {
  await open(page, `${activity}#t${term}`);
  return page.locator(`#t${term}`);
}

test('half-days of every week are one booking, and the next family has the days that are left', async ({
  page,
  browser,
}) => {
  test.slow();
  const staff = await visitor(browser);
  const { page: activity } = await newTerm(staff, 'yongxing', { places: 5 });
  const term = await anotherTerm(staff, activity, async (form) => {
    for (const day of ['MO', 'WE']) {
      await form.locator(`[name="weekday[]"][value=${day}]`).check();
    }
    await form.locator('[name="weekday[]"][value=SA]').setChecked(false);
    await form.locator('[name=holidays]').selectOption('keep');
    await form.locator('[name=start]').fill('08:30');
    await form.locator('[name=end]').fill('16:30');
    await form.locator('[name=pause_from]').fill('12:30');
    await scopes(form, ['weekly', 'single']);
  });
  await staff.context().close();

  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '小满');
  let card = await termOf(page, activity, term);
  await expect(card).toContainText('08:30–12:30、12:30–16:30');
  await accessible(page);
  await fits(page);
  await card.locator('[name="weekly[]"][value="MO 08:30"]').check();
  await card.locator('[name="weekly[]"][value="WE 08:30"]').check();
  await card.getByRole('button', { name: '报名', exact: true }).click();
  await expect(card).toContainText('小满 已报名');
  await expect(card).toContainText('每周一、三 08:30');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await open(page, '/yongxing/my');
  await expect(page.locator('main')).toContainText('08:30');
  await expect(page.locator('.leave > summary').first()).toContainText('请假');

  const second = await visitor(browser);
  await signIn(second, 'yongxing', newPhone());
  await addChild(second, 'yongxing', '小寒');
  card = await termOf(second, activity, term);
  await card.locator('[name="weekly[]"][value="MO 08:30"]').check();
  await card.locator('[name="weekly[]"][value="MO 12:30"]').check();
  await card.getByRole('button', { name: '报名', exact: true }).click();
  await expect(card).toContainText('小寒 已报名');
  await expect(card).toContainText(/次?已满，没有算上/);
});

test('five treatments are one booking, and a time that is gone loses none of the others', async ({ page, browser }) => {
  test.slow();
  const staff = await visitor(browser);
  const { page: activity } = await newTerm(staff, 'yongxing', { places: 5 });
  const term = await anotherTerm(staff, activity, async (form) => {
    await form.locator('[name=minutes]').fill('30');
    await form.locator('[name=holidays]').selectOption('keep');
    await scopes(form, ['single']);
  });
  await setEntry(staff, 'yongxing', term, async (form) => {
    await expect(form.locator('[name=one_a_day]')).toBeChecked();
    await form.locator('[name=dates_at_once]').fill('5');
  });

  // One line of the calendar, whatever it is parted into.
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '小雪');
  let card = await termOf(page, activity, term);
  await expect(card).toContainText('每 30 分钟一场');
  await expect(card).toContainText('一次报名可以选 5 次');
  const hours = card.locator('.which__hours');
  const first = hours.nth(0).locator('[name="occurrences[]"]');
  const later = hours.nth(1).locator('[name="occurrences[]"]');

  // Somebody else takes the first time while she chooses.
  const other = await visitor(browser);
  await signIn(other, 'yongxing', newPhone());
  await addChild(other, 'yongxing', '小霜');
  const theirs = await termOf(other, activity, term);
  await theirs.locator('.which__hours').nth(0).locator('[name="occurrences[]"]').nth(0).check();
  await theirs.getByRole('button', { name: '报名', exact: true }).click();
  await expect(theirs).toContainText('小霜 已报名');

  await first.nth(0).check();
  await later.nth(2).check();
  await card.getByRole('button', { name: '报名', exact: true }).click();
  await expect(card).toContainText('已经满了，请换一个时间');
  await hydrated(page);
  card = page.locator(`#t${term}`);
  await expect(card.locator('.which__hours').nth(1).locator('[name="occurrences[]"]').nth(2)).toBeChecked();
  await card.locator('.which__hours').nth(0).locator('[name="occurrences[]"]').nth(0).uncheck();
  await card.locator('.which__hours').nth(0).locator('[name="occurrences[]"]').nth(1).check();
  await accessible(page);
  await fits(page);
  await card.getByRole('button', { name: '报名', exact: true }).click();
  await expect(card).toContainText('小雪 已报名');
  await expect(card).toContainText('09:30');
  await expect(card).toContainText('10:00');
  await hydrated(page);

  // Staff see one line, and the day as one.
  await open(staff, `/yongxing/desk/terms/${term}`);
  await expect(staff.locator('table').first()).toContainText('等 2 次');
  await open(staff, `${activity.replace(/\/activities.*/, '')}?view=list&day=${inDays(8)}`);
  await expect(staff.locator('main')).toContainText('当天 4 场');
  await staff.context().close();
});
