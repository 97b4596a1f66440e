import type { Page } from '@playwright/test';
import { accessible, expect, fits, open, scripted, test } from '../support';

/** The pages of a PDF, and how large they are, in points. */
async function printed(page: Page): Promise<{ pages: number; size: string }> {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  const [, , , width, height] = /\/MediaBox \[(\S+) (\S+) (\S+) (\S+)\]/.exec(pdf) ?? [];
  return {
    pages: pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0,
    size: `${Math.round(parseFloat(width ?? '0'))} × ${Math.round(parseFloat(height ?? '0'))}`,
  };
}

/** The month, of this one and the next three, in which most takes place. */
async function fullest(page: Page, slug: string): Promise<string> {
  let best = { entries: -1, address: '' };
  await page.goto(`/${slug}/sheet`);
  for (let month = 0; month < 4; month += 1) {
    const entries = await page.locator('.sheet__entry').count();
    if (entries > best.entries) {
      best = { entries, address: page.url() };
    }
    await page.goto((await page.locator('.sheet-tools a[rel=next]').getAttribute('href')) ?? '');
  }
  expect(best.entries, slug).toBeGreaterThan(0);
  return best.address;
}

test('a full month is one page of A4 or A3, with everything on it', async ({ page }) => {
  // Communities to which no other story adds dates.
  for (const slug of ['shilouxiaozhen', 'taihe']) {
    const address = await fullest(page, slug);
    await open(page, address);
    await expect(page.locator('.sheet')).toHaveCount(1);
    expect(await printed(page), address).toEqual({ pages: 1, size: '842 × 595' });
    await page.getByRole('navigation', { name: '纸张' }).getByRole('link', { name: 'A3' }).click();
    await expect(page.locator('.sheet--a3')).toHaveCount(1);
    expect(await printed(page), `${address} on A3`).toEqual({ pages: 1, size: '1191 × 842' });
  }
});

test('a month for the wall is reached from the calendar, looked at, and printed', async ({ page }) => {
  if (scripted()) {
    // No dialog: what counts is that the browser is asked.
    await page.addInitScript(() => {
      window.print = () => document.documentElement.setAttribute('data-printed', '');
    });
  }
  await open(page, '/shilouxiaozhen?view=month&side=elder');
  await page.getByRole('link', { name: '打印墙上月历' }).click();
  await expect(page).toHaveURL(/\/shilouxiaozhen\/sheet\?.*side=elder/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('墙上月历');
  const sheet = page.locator('.sheet');
  await expect(sheet.locator('.sheet__only')).toHaveText('一老');
  await expect(sheet.locator('tbody td')).toHaveCount(7 * (await sheet.locator('tbody tr').count()));
  await expect(sheet).toContainText('服务电话');
  await expect(sheet.getByRole('img', { name: /二维码：http.*\/shilouxiaozhen$/ })).toBeVisible();
  await expect(sheet.locator('.sheet__url')).toHaveText(/\/shilouxiaozhen$/);
  await page.getByRole('link', { name: '全部', exact: true }).click();
  await expect(sheet.locator('.sheet__legend')).toContainText('一老');
  const heading = page.locator('.sheet-tools .eyebrow');
  const before = (await heading.textContent()) ?? '';
  await page.locator('.sheet-tools a[rel=next]').click();
  await expect(heading).not.toHaveText(before);
  const button = page.getByRole('button', { name: '打印' });
  if (scripted()) {
    await button.click();
    await expect(page.locator('html')).toHaveAttribute('data-printed', '');
  } else {
    await expect(button).toHaveCount(0);
    await expect(page.locator('.sheet-tools')).toContainText('浏览器菜单');
  }
  await accessible(page);
  await fits(page);
});

test('a class hangs its dates on the wall with the way to its page', async ({ page }) => {
  await open(page, '/yongxing/activities');
  await page.getByRole('link', { name: '越剧班' }).click();
  await page.getByRole('link', { name: /打印日期表/ }).first().click();
  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}\/sheet\?term=/);
  const sheet = page.locator('.sheet');
  await expect(sheet.getByRole('heading', { name: '越剧班' })).toBeVisible();
  await expect(sheet.locator('.sheet__facts')).toContainText('每周');
  await expect(sheet.locator('.sheet__dates li').first()).toContainText(/第 1 次\s*\d+月\d+日 星期[一二三四五六日]/);
  const activity = new URL(page.url()).pathname.replace(/\/sheet$/, '');
  await expect(sheet.locator('.sheet__url')).toHaveText(new RegExp(`^http.*${activity}$`));
  await expect(sheet.getByRole('img', { name: /二维码/ })).toBeVisible();
  await accessible(page);
  await fits(page);
  expect(await printed(page)).toEqual({ pages: 1, size: '595 × 842' });
});
