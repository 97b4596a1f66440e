import { chromium, devices } from '@playwright/test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessible, expect, fits, open, signInStaff, test } from '../support';
import { bookByName, newTerm, soon } from '../desk';

test('the camera reads the code on a slip', async ({ page }) => {
  test.slow();
  const name = `冯${Math.random().toString(36).slice(2, 6)}`;
  const term = await newTerm(page, 'yongxing', { places: 5, keep: true, ...(await soon()) });
  await bookByName(page, 'yongxing', term.id, name);
  await open(page, `/yongxing/desk/people?find=${encodeURIComponent(name)}`);
  const person = await page.locator('.care__link').first().getAttribute('href');
  await open(page, `${person}/slip`);

  // A camera that looks at the slip: a film of one picture.
  const svg = await page.locator('svg.qr').first().evaluate((svg) => svg.outerHTML);
  await page.setViewportSize({ width: 640, height: 480 });
  await page.goto('about:blank');
  await page.setContent(`<div style="width:260px;margin:100px auto">${svg}</div>`);
  const picture = await page.screenshot({ type: 'jpeg', quality: 90 });
  const folder = await mkdtemp(join(tmpdir(), 'zhaoxi-camera-'));
  const film = join(folder, 'slip.mjpeg');
  await writeFile(film, Buffer.concat(Array.from({ length: 30 }, () => picture)));

  const { launchOptions } = test.info().project.use;
  const args = [
    ...(launchOptions?.args ?? []),
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
  const browser = await chromium.launch({ ...launchOptions, args });
  const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } };
  const context = await browser.newContext({ ...phone, baseURL: process.env.ZHAOXI_ADDRESS, locale: 'zh-CN' });
  const door = await context.newPage();
  await signInStaff(door, 'yongxing');
  await open(door, '/yongxing/desk/today');
  await door.getByRole('button', { name: '用相机扫' }).click();
  await expect(door.locator('.door__answer')).toContainText(`${name} 已签到`, { timeout: 30_000 });
  await expect(door.locator('.today__card').filter({ hasText: term.name })).toContainText('在场 1 / 1 人');
  await accessible(door);
  await fits(door);
  await door.getByRole('button', { name: '停止扫码' }).click();
  await expect(door.locator('video')).toBeHidden();
  await browser.close();
  await rm(folder, { recursive: true });
});
