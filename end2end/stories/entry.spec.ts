import type { Page } from '@playwright/test';
import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, test, visitor } from '../support';
import { inDays, newTerm, setEntry } from '../desk';

/** A family of its own with one child. */
async function family(page: Page, slug: string, child: string): Promise<void> {
  await signIn(page, slug, newPhone());
  await addChild(page, slug, child);
}

test('staff set the rules of entry, and the page says them in a sentence', async ({ page }) => {
  const term = await newTerm(page, 'fengze', { places: 1 });
  await page.getByRole('link', { name: '报名规则' }).click();
  await page.waitForURL(/\/entry$/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await setEntry(page, 'fengze', term.id, async (form) => {
    await form.locator('[name=giving][value=priority_first]').check();
  });
  await expect(page.locator('.field__error')).toContainText('请填写');
  await setEntry(page, 'fengze', term.id, async (form) => {
    await form.locator('[name=giving][value=priority_first]').check();
    await form.locator('[name="priority[]"][value=dual_income]').check();
    await form.locator('[name=promotion][value=offer]').check();
    await form.locator('[name=offer_hours]').fill('6');
    await form.locator('[name=cutoff_hours]').fill('24');
    await form.locator('[name=per_household]').fill('1');
  });
  await expect(page.locator('.banner--good')).toContainText('已保存');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await expect(section).toContainText('双职工家庭排在候补最前面');
  await expect(section).toContainText('名额先给候补第一位留 6 小时');
  await expect(section).toContainText('开课前 24 小时起不再递补');
  await expect(section).toContainText('每个家庭最多报 1 个');
  await open(page, `/fengze/desk/terms/${term.id}/audit`);
  await expect(page.locator('table')).toContainText('改报名规则');
});

test('a family claims a group, staff grant it, and only then it may book', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'fengze', { places: 3 });
  await setEntry(staff, 'fengze', term.id, async (form) => {
    await form.locator('[name="only[]"][value=new_employment]').check();
  });
  const child = `骑手娃${Math.random().toString(36).slice(2, 6)}`;
  await family(page, 'fengze', child);
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.getByRole('alert')).toContainText('只收：新就业群体家庭');

  await open(page, '/fengze/my');
  const claims = page.locator('#claims');
  await claims.locator('summary').click();
  await claims.locator('[name=group]').selectOption('new_employment');
  await claims.locator('[name=note]').fill('爸爸送外卖');
  await claims.getByRole('button', { name: '申请认定' }).click();
  await expect(page.locator('#claims')).toContainText('核实中');
  await accessible(page);
  await fits(page);

  await open(staff, '/fengze/desk/claims');
  await accessible(staff);
  await fits(staff);
  await staff.getByRole('button', { name: new RegExp(`^认定 .*${child}`) }).click();
  await expect(staff.locator('.banner--good')).toContainText('已核实');
  await open(page, '/fengze/notices');
  await expect(page.locator('.notice').first()).toContainText('已认定');
  await open(page, term.page);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner')).toContainText(`${child} 已报名`);
});

test('several children get their places together, or none of them', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'fengze', { places: 1 });
  await family(page, 'fengze', '大宝');
  await addChild(page, 'fengze', '小宝', '2019-05-01');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByRole('link', { name: '一次给几个人报名' }).click();
  await page.waitForURL(/several=/);
  await hydrated(page);
  await section.getByLabel('大宝').check();
  await section.getByLabel('小宝').check();
  await accessible(page);
  await fits(page);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.getByRole('alert')).toContainText('一个也没有报');
  await section.getByLabel('大宝').check();
  await section.getByLabel('小宝').check();
  await section.getByLabel('能报几个报几个').check();
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner', { hasText: '已报名' })).toHaveCount(1);
  await expect(section.locator('.banner', { hasText: '候补第 1 位' })).toHaveCount(1);
});

test('several classes are put on the list one by one and confirmed together', async ({ page, browser }) => {
  test.slow();
  const [day, next] = [inDays(40), inDays(41)];
  const first = await newTerm(await visitor(browser), 'fengze', { places: 3, date: day, keep: true });
  const second = await newTerm(await visitor(browser), 'fengze', { places: 1, date: next, keep: true });
  await family(page, 'fengze', '全全');
  for (const term of [first, second]) {
    await open(page, term.page);
    const section = page.locator(`#t${term.id}`);
    await section.getByRole('link', { name: '和别的班一起报' }).click();
    await page.waitForURL(/list=/);
    await section.getByRole('button', { name: '存好' }).click();
    await expect(section.locator('.banner--good')).toContainText('全全 已准备好');
  }
  await open(page, '/fengze/my');
  await page.getByRole('link', { name: '报名单（2）' }).click();
  await page.waitForURL(/my\/list/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  // Meanwhile another takes the only place of the second.
  const rival = await visitor(browser);
  await family(rival, 'fengze', '抢抢');
  await open(rival, second.page);
  await rival.locator(`#t${second.id}`).getByRole('button', { name: '报名' }).click();
  await expect(rival.locator(`#t${second.id} .banner`)).toContainText('抢抢 已报名');

  await page.getByLabel('要么都有名额，要么都不报').check();
  await page.getByRole('button', { name: '确认报名' }).click();
  await expect(page.locator('.banner--no')).toContainText('一项也没有报上');
  const line = page.locator('.list__line').filter({ hasText: second.name });
  await expect(line).toContainText('名额不够');
  await accessible(page);
  await line.getByRole('button', { name: /^去掉/ }).click();
  await expect(page.locator('.list__line')).toHaveCount(1);
  await hydrated(page);
  await page.getByRole('button', { name: '确认报名' }).click();
  await expect(page.locator('.banner--good')).toContainText('1 项有结果了');
  await page.getByRole('link', { name: '看我的安排' }).click();
  await expect(page.locator('main')).toContainText(first.name);
});

test('two things at once are warned of by name, and may be insisted on', async ({ page, browser }) => {
  // Two terms are made first.
  test.slow();
  const first = await newTerm(await visitor(browser), 'fengze', { places: 3 });
  const second = await newTerm(await visitor(browser), 'fengze', { places: 3 });
  await family(page, 'fengze', '双双');
  await open(page, first.page);
  await page.locator(`#t${first.id}`).getByRole('button', { name: '报名' }).click();
  await expect(page.locator(`#t${first.id} .banner`)).toContainText('双双 已报名');
  await open(page, second.page);
  const section = page.locator(`#t${second.id}`);
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.getByRole('alert')).toContainText('已经报了别的');
  await expect(section).toContainText(first.name);
  await section.getByLabel('时间冲突也要报').check();
  await section.getByRole('button', { name: '报名' }).click();
  await expect(section.locator('.banner', { hasText: '双双 已报名' })).toBeVisible();
});

test('a place is held until it is confirmed', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'fengze', { places: 1 });
  await setEntry(staff, 'fengze', term.id, async (form) => {
    await form.locator('[name=hold_minutes]').fill('10');
    await form.locator('[name=consent]').fill('接送须知');
  });
  await family(page, 'fengze', '慢慢');
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await section.getByLabel('我看过并同意：接送须知').check();
  await section.getByRole('button', { name: '报名' }).click();
  const offer = section.locator('.banner--ask');
  await expect(offer).toContainText('慢慢 的名额已保留');
  await accessible(page);
  await fits(page);
  await offer.getByRole('button', { name: '确认要：慢慢' }).click();
  await expect(section.locator('.banner')).toContainText('慢慢 已报名');
});
