import type { Page } from '@playwright/test';
import { accessible, expect, fits, hydrated, open, test } from '../support';
import { newTerm } from '../desk';

/** A day and a word that no other kind of browser uses: they share the community. */
function own(): { day: string; word: string } {
  const start = new Date(Date.now() + (30 + Math.floor(Math.random() * 1200)) * 24 * 3_600_000);
  return { day: start.toISOString().slice(0, 10), word: Math.random().toString(36).slice(2, 8) };
}

/** Gives the only date of a term a room or a leader, through its form. */
async function change(page: Page, term: string, field: 'room' | 'leader', value: string): Promise<void> {
  await open(page, `/fengze/desk/terms/${term}/dates`);
  await page.locator('.plan__date').getByRole('link', { name: /^改/ }).click();
  await page.waitForURL(/edit=/);
  // The address comes before the page: until then a form that adds a date stands there, with fields of the same names.
  const form = page.locator('#edit form:has([name=reach])');
  const input = form.locator(`[name=${field}]`);
  await (field === 'room' ? input.selectOption({ label: value }) : input.fill(value));
  await form.getByRole('button', { name: '保存' }).click();
  await expect(page.locator('.plan__date').filter({ hasText: value.replace(/（.*/, '') })).toBeVisible();
}

test('a room is added, closed for a day, and what it held is called off in one step', async ({ page }) => {
  const { day, word } = own();
  const room = `手工室${word}`;
  const term = await newTerm(page, 'fengze', { places: 5, date: day, keep: true });
  await open(page, '/fengze/desk');
  await page.locator('.desk-nav').getByRole('link', { name: '场地' }).click();
  await page.waitForURL(/desk\/rooms/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const add = page.locator('form:has(#room-name)');
  await add.locator('[name=name]').fill(room);
  await add.locator('[name=size]').fill('12');
  await add.locator('[name="hours[MO_from]"]').fill('18:00');
  await add.locator('[name="hours[MO_to]"]').fill('09:00');
  await add.getByRole('button', { name: '加上' }).click();
  await expect(add.locator('.field__error')).toBeVisible();
  await expect(add.locator('[name=name]')).toHaveValue(room);
  await hydrated(page);
  await add.locator('[name="hours[MO_from]"]').fill('');
  await add.locator('[name="hours[MO_to]"]').fill('');
  await add.getByRole('button', { name: '加上' }).click();
  await page.waitForURL(/desk\/rooms\/[0-9a-f-]{36}/);
  const here = new URL(page.url()).pathname;
  await expect(page.getByRole('heading', { level: 1, name: room })).toBeVisible();

  await change(page, term.id, 'room', `${room}（最多 12 人）`);
  await open(page, here);
  const block = page.locator('#block');
  await block.locator('[name=first]').fill(day);
  await block.locator('[name=reason]').fill('刷墙');
  await block.getByRole('button', { name: '看看影响哪些日期' }).click();
  const hit = block.locator('.plan__date--hit').filter({ hasText: term.name });
  await expect(hit).toBeVisible();
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await hit.locator('select').selectOption('cancel');
  await block.getByRole('button', { name: '保存，并通知他们' }).click();
  await expect(page.locator('.banner').filter({ hasText: '改了 1 次安排' })).toBeVisible();
  await open(page, `/fengze/desk/terms/${term.id}/dates`);
  await expect(page.locator('.plan__date')).toContainText('刷墙');

  await open(page, here);
  await page.getByRole('button', { name: /^解除/ }).click();
  await expect(page.getByRole('button', { name: /^解除/ })).toHaveCount(0);
});

test('a leader away is stood in for, and the month says so', async ({ page }) => {
  const { day, word } = own();
  const [leader, other] = [`李${word}`, `王${word}`];
  const term = await newTerm(page, 'fengze', { places: 5, date: day, keep: true });
  await change(page, term.id, 'leader', leader);
  await open(page, '/fengze/desk/leaders');
  await page.getByRole('link', { name: leader }).click();
  await page.waitForURL(/leader=/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const block = page.locator('#block');
  await block.locator('[name=first]').fill(day);
  await block.locator('[name=reason]').fill('外出学习');
  await block.getByRole('button', { name: '看看影响哪些日期' }).click();
  const hit = block.locator('.plan__date--hit').filter({ hasText: term.name });
  await expect(hit).toBeVisible();
  await hydrated(page);
  await hit.locator('input[list]').fill(other);
  await block.getByRole('button', { name: '保存，并通知他们' }).click();
  await expect(page.locator('.banner').filter({ hasText: '改了 1 次安排' })).toBeVisible();
  await open(page, `/fengze/desk/leaders?leader=${encodeURIComponent(other)}&day=${day}`);
  await expect(page.locator('.plan__date').filter({ hasText: term.name })).toBeVisible();

  // A month reports what stands in for what a term names; this term names nobody.
  await open(page, `/fengze/desk/report?day=${day}`);
  await accessible(page);
  await fits(page);
});

test('who must be there is said once, and what is missing stands on the desk', async ({ page }) => {
  const tomorrow = new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10);
  const term = await newTerm(page, 'fengze', { places: 5, date: tomorrow, keep: true });
  await open(page, `/fengze/desk/terms/${term.id}/dates`);
  await page.getByRole('link', { name: '人手' }).click();
  await page.waitForURL(/crew/);
  await hydrated(page);
  const plan = page.locator('form:has([name=guards_count])');
  await plan.locator('[name=leader]').check();
  await plan.locator('[name=guards_count]').fill('2');
  await plan.locator('[name=guards]').fill('老周');
  await plan.getByRole('button', { name: '保存' }).click();
  await expect(page.locator('.gap')).toContainText('安保 1/2');
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await open(page, '/fengze/desk');
  const gap = page.locator('section:has(#gaps-title) .plan__date').filter({ hasText: term.name });
  await expect(gap).toContainText('授课人 0/1');
  await gap.getByRole('link').click();
  await page.waitForURL(/edit=/);
  await hydrated(page);
  const date = page.locator('#edit form');
  await date.locator('[name=guards]').fill('老周、老吴');
  await date.getByRole('button', { name: '保存' }).click();
  await expect(page.locator('.gap')).not.toContainText('安保');
});

test('a whole term is called off with a reason', async ({ page }) => {
  const term = await newTerm(page, 'fengze', { places: 5 });
  await open(page, `/fengze/desk/terms/${term.id}/dates`);
  const off = page.locator('#cancel-term');
  await off.locator('summary').click();
  await off.locator('[name=reason]').fill('报名不足');
  await off.getByRole('button', { name: '整期停掉' }).click();
  await expect(page.locator('.plan__date--off')).toHaveCount(4);
  await accessible(page);
  await open(page, term.page);
  await expect(page.getByText('报名不足').first()).toBeVisible();
});
