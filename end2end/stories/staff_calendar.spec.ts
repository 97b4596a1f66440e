import type { Page } from '@playwright/test';
import { accessible, expect, fits, hydrated, open, scripted, test } from '../support';
import { inDays, newTerm, type MadeTerm } from '../desk';

/** The calendar's page that shows a term of a story and nothing else. */
function calendar(term: MadeTerm, view: string, day: string): string {
  return `/yongxing/desk/calendar?view=${view}&day=${day}&q=${encodeURIComponent(term.name)}`;
}

/** A term of one date three weeks ahead. */
async function oneDate(page: Page): Promise<{ term: MadeTerm; day: string }> {
  const day = inDays(21);
  return { term: await newTerm(page, 'yongxing', { places: 5, date: day, keep: true }), day };
}

/** A Tuesday in three to four weeks: its neighbours are of the same week. */
function tuesday(): string {
  const days = Array.from({ length: 7 }, (_, n) => inDays(21 + n));
  return days.find((day) => new Date(`${day}T00:00:00Z`).getUTCDay() === 2) ?? inDays(21);
}

/** The day after. */
function after(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

test('staff pick a date by keyboard, change its time, and see what it would do', async ({ page, isMobile }) => {
  const { term, day } = await oneDate(page);
  await open(page, '/yongxing/desk');
  await page.locator('.desk-nav').getByRole('link', { name: '总日历' }).click();
  await page.waitForURL(/desk\/calendar/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  await open(page, calendar(term, 'rooms', day));
  const entry = page.locator('.scal__link');
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText('09:00–11:00');
  await expect(entry).toContainText('0/5');
  await accessible(page);
  await fits(page);
  if (isMobile) {
    // A list: the room above its dates, not beside them.
    const [room, date] = [await page.locator('tr:has(.scal__link) .scal__row').boundingBox(), await entry.boundingBox()];
    expect(date?.y ?? 0).toBeGreaterThan((room?.y ?? Infinity) + (room?.height ?? 0) - 1);
  }
  await entry.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/pick=/);
  await hydrated(page);
  const title = page.locator('#pick-title');
  await expect(title).toHaveText(term.name);
  if (scripted()) {
    await expect(title).toBeFocused();
  }
  await accessible(page);
  await fits(page);
  const form = page.locator('#pick form');
  await form.locator('[name=start]').fill('14:00');
  await form.locator('[name=end]').fill('16:00');
  await form.getByRole('button', { name: '看看会改什么' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/dates\?/);
  await hydrated(page);
  await expect(page.locator('.moves li')).toHaveCount(1);
  await expect(page.locator('.moves')).toContainText('14:00–16:00');
  await accessible(page);
  await fits(page);
  // Nothing was saved by looking.
  await open(page, calendar(term, 'rooms', day));
  await expect(entry).toContainText('09:00–11:00');
});

test('every view shows the date, and turns', async ({ page }) => {
  const { term, day } = await oneDate(page);
  for (const view of ['month', 'rooms', 'leaders']) {
    await open(page, calendar(term, view, day));
    await expect(page.locator('.scal__link')).toHaveCount(1);
    await accessible(page);
    await fits(page);
  }
  await page.locator('.tabs').getByRole('link', { name: '年' }).click();
  await page.waitForURL(/view=year/);
  await hydrated(page);
  await expect(page.locator('.scal__small')).toHaveCount(12);
  await expect(page.locator('.table tbody tr')).toHaveCount(1);
  await expect(page.locator('.table tbody')).toContainText(term.name);
  await accessible(page);
  await fits(page);
  await page.locator('.scal__shade--1 a').first().click();
  await page.waitForURL(/view=month/);
  await hydrated(page);
  await expect(page.locator('.scal__link')).toHaveCount(1);
  await page.locator('.pager a').first().click();
  await page.waitForURL((url) => url.searchParams.get('day')?.endsWith('-01') === true);
  await expect(page.locator('h1')).toBeVisible();
});

test('a date dragged to another day, or made longer, leads to the preview', async ({ page, isMobile }) => {
  const day = tuesday();
  const term = await newTerm(page, 'yongxing', { places: 5, date: day, keep: true });
  const cell = (label: string) => page.locator(`.scal__cell[data-label*="${label}"]`);
  const label = (date: string) => `${Number(date.slice(5, 7))}月${Number(date.slice(8))}日 `;
  await open(page, calendar(term, 'rooms', day));
  const entry = page.locator('.scal__link');
  await expect(entry).toHaveCount(1);
  if (isMobile || !scripted()) {
    // Where nothing can be dragged nothing offers it, and the form leads to the same preview.
    await expect(page.locator('.scal__grip')).toBeHidden();
    await entry.click();
    await page.waitForURL(/pick=/);
    await hydrated(page);
    await page.locator('#pick form [name=date]').fill(after(day));
    await page.locator('#pick form').getByRole('button', { name: '看看会改什么' }).click();
    await page.waitForURL(/\/dates\?/);
    await expect(page.locator('.moves li')).toHaveCount(1);
    return;
  }
  await entry.dragTo(cell(label(after(day))).first());
  await page.waitForURL(/\/dates\?/);
  await hydrated(page);
  expect(new URL(page.url()).searchParams.get('date')).toBe(after(day));
  await expect(page.locator('.moves li')).toHaveCount(1);
  await expect(page.locator('form:has([name=reach]) [name=date]')).toHaveValue(after(day));

  await open(page, calendar(term, 'month', day));
  await entry.dragTo(cell(label(after(day))));
  await page.waitForURL(/\/dates\?/);
  expect(new URL(page.url()).searchParams.get('date')).toBe(after(day));

  await open(page, calendar(term, 'rooms', day));
  const grip = page.locator('.scal__grip');
  await grip.scrollIntoViewIfNeeded();
  const box = await grip.boundingBox();
  expect(box).not.toBeNull();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 10);
  await page.mouse.move(x, y + 26);
  await expect(entry).toContainText('09:00–11:30');
  await page.mouse.up();
  await page.waitForURL(/\/dates\?/);
  await hydrated(page);
  expect(new URL(page.url()).searchParams.get('end')).toBe('11:30');
  await expect(page.locator('.moves')).toContainText('09:00–11:30');
});
