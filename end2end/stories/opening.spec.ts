import type { Page } from '@playwright/test';
import { addChild, expect, hydrated, newPhone, open, signIn, test, visitor } from '../support';
import { newTerm, setEntry } from '../desk';

/** The next whole minute in Shanghai that is at least so far away, as a form sends it. */
function minute(seconds: number): string {
  const at = Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000;
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);
}

async function family(page: Page, child: string): Promise<void> {
  await signIn(page, 'fengze', newPhone());
  await addChild(page, 'fengze', child);
}

test('what was prepared is booked by one tap on a page that opens by itself', async ({ page, browser }) => {
  test.setTimeout(180_000);
  await family(page, '早早');
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'fengze', { places: 3, opens: minute(40) });
  await open(page, term.page);
  const section = page.locator(`#t${term.id}`);
  await expect(section.getByRole('timer')).toBeVisible();
  await section.getByRole('button', { name: '存好' }).click();
  await expect(section.locator('.banner--good')).toContainText('早早 已准备好');
  const tap = section.getByRole('button', { name: '一键报名：早早' });
  await expect(tap).toBeVisible({ timeout: 110_000 });
  await tap.click();
  await expect(section.locator('.banner')).toContainText('早早 已报名');
});

test('the last place: held by one, waited for by another, and his when the time is over', async ({ page, browser }) => {
  test.setTimeout(180_000);
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'fengze', { places: 1 });
  await setEntry(staff, 'fengze', term.id, async (form) => {
    await form.locator('[name=hold_minutes]').fill('1');
    await form.locator('[name=promotion][value=offer]').check();
  });
  const [second, third] = [await visitor(browser), await visitor(browser)];
  await family(page, '一一');
  await family(second, '二二');
  await family(third, '三三');
  const section = (of: Page) => of.locator(`#t${term.id}`);
  await open(page, term.page);
  await section(page).getByRole('button', { name: '报名' }).click();
  await expect(section(page).locator('.banner--ask')).toContainText('一一 的名额已保留');
  for (const [of, child, number] of [
    [second, '二二', 1],
    [third, '三三', 2],
  ] as const) {
    await open(of, term.page);
    await section(of).getByRole('button', { name: '加入候补' }).click();
    await expect(section(of).locator('.banner')).toContainText(`${child} 候补第 ${number} 位`);
  }
  // Nobody answers the first: the page of the second says so by itself, and the number of the third falls.
  await expect(section(second).locator('.banner--ask')).toContainText('二二 有名额了', { timeout: 90_000 });
  await expect(section(third).locator('.banner')).toContainText('三三 候补第 1 位', { timeout: 20_000 });
  await section(second).getByRole('button', { name: '确认要：二二' }).click();
  await expect(section(second).locator('.banner')).toContainText('二二 已报名');
  await open(page, term.page);
  await expect(section(page).locator('.banner--ask')).toHaveCount(0);
  await hydrated(page);
});
