import { createHmac } from 'node:crypto';
import type { Browser, Page } from '@playwright/test';
import { newTerm } from '../desk';
import { accessible, expect, fits, hydrated, newPhone, open, signInAs, signInStaff, test, visitor } from '../support';

const password = 'a sentence of my own';

/** What an authenticator app shows for a key, some seconds from now (RFC 6238). */
function shown(key: string, seconds = 0): string {
  const bits = [...key.replace(/\s/g, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + seconds) / 30)));
  const hash = createHmac('sha1', secret).update(step).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Somebody new at the desk, signed in with a password of their own. */
async function colleague(admin: Page, browser: Browser, name: string): Promise<{ page: Page; login: string }> {
  const login = `second-${Math.floor(Math.random() * 1e9)}`;
  await signInStaff(admin, 'yongxing');
  await open(admin, '/yongxing/desk/staff');
  const form = admin.locator('form[action="/api/add_staff"]');
  await form.locator('[name=name]').fill(name);
  await form.locator('[name=login]').fill(login);
  await form.locator('[name=password]').fill('start here please');
  await form.getByRole('button', { name: '添加' }).click();
  await expect(admin.locator('.banner--good')).toContainText('已添加');
  const page = await visitor(browser);
  await signInAs(page, 'yongxing', login, 'start here please');
  await page.waitForURL(/my\/account/);
  await hydrated(page);
  await page.locator('form[action="/api/change_password"] [name=old]').fill('start here please');
  await page.locator('form[action="/api/change_password"] [name=new]').fill(password);
  await page.getByRole('button', { name: '换密码' }).click();
  await page.waitForURL(/sign-in/);
  await signInAs(page, 'yongxing', login, password);
  await page.waitForURL(/yongxing\/desk/);
  return { page, login };
}

async function signOut(page: Page): Promise<void> {
  await open(page, '/yongxing/my');
  await page.locator('form[action="/api/sign_out"] button').first().click();
  await page.waitForURL(/sign-in/);
}

/** The first step of signing in, up to the second. */
async function firstStep(page: Page, login: string): Promise<void> {
  await open(page, '/yongxing/sign-in?to=desk');
  const form = page.locator('form[action="/api/enter_password"]');
  await form.locator('[name=login]').fill(login);
  await form.locator('[name=password]').fill(password);
  await form.locator('button').click();
  await page.waitForURL(/step=second/);
  await hydrated(page);
}

async function enter(page: Page, code: string): Promise<void> {
  const form = page.locator('form[action="/api/enter_second"]');
  await form.locator('[name=code]').fill(code);
  await form.locator('button').click();
}

test('staff sign in by password and app; a recovery code helps without it, and an admin without both', async ({ page, browser }) => {
  test.slow();
  const { page: her, login } = await colleague(page, browser, '小何');
  await open(her, '/yongxing/my/account');
  await her.getByRole('link', { name: '去开启' }).click();
  await her.waitForURL(/my\/account\/second/);
  await hydrated(her);
  await accessible(her);
  await fits(her);
  await her.getByRole('button', { name: '设置验证器' }).click();
  const key = (await her.locator('.secret').textContent()) ?? '';
  await hydrated(her);
  await accessible(her);
  await fits(her);
  const form = her.locator('form[action="/api/set_up_totp"]');
  await form.locator('[name=code]').fill('000000');
  await form.locator('button').click();
  await expect(her.locator('#app')).toContainText('验证码不对');
  await hydrated(her);
  await form.locator('[name=code]').fill(shown(key));
  await form.locator('button').click();
  await expect(her.locator('.banner--good')).toContainText('验证器已开启');
  await hydrated(her);
  const codes = await her.locator('.recovery li').allTextContents();
  expect(codes).toHaveLength(10);
  await accessible(her);
  await her.getByRole('button', { name: '我已抄好' }).click();
  await expect(her.locator('.recovery')).toHaveCount(0);

  await signOut(her);
  await firstStep(her, login);
  await accessible(her);
  await fits(her);
  // Half way in is not in.
  const beside = await her.context().newPage();
  await open(beside, '/yongxing/desk');
  await expect(beside.locator('main')).toContainText('登录');
  await beside.close();
  await enter(her, shown(key));
  await expect(her.locator('main')).toContainText('验证码不对');
  await hydrated(her);
  await enter(her, shown(key, 30));
  await her.waitForURL(/yongxing\/desk/);

  await signOut(her);
  await firstStep(her, login);
  await enter(her, codes[3].toUpperCase().replace('-', ' '));
  await her.waitForURL(/yongxing\/desk/);
  await signOut(her);
  await firstStep(her, login);
  await enter(her, codes[3]);
  await expect(her.locator('main')).toContainText('验证码不对');

  await open(page, '/yongxing/desk/staff');
  const row = page.locator('.care__row').filter({ hasText: login });
  await expect(row).toContainText('两步验证');
  await row.locator('summary').click();
  await row.getByRole('button', { name: '取消两步验证' }).click();
  await expect(page.locator('.banner--good')).toContainText('已取消两步验证');
  await signInAs(her, 'yongxing', login, password);
  await her.waitForURL(/yongxing\/desk/);
});

test('a passkey signs in by itself, and the password no longer does alone', { tag: '@script' }, async ({ page, browser }) => {
  test.slow();
  const { page: her, login } = await colleague(page, browser, '小陈');
  const browserSide = await her.context().newCDPSession(her);
  await browserSide.send('WebAuthn.enable');
  await browserSide.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await open(her, '/yongxing/my/account/second');
  await her.locator('#passkeys [name=name]').fill('靠窗那台');
  await her.getByRole('button', { name: '添加通行密钥' }).click();
  await expect(her.locator('.banner--good')).toContainText('通行密钥已添加');
  await expect(her.locator('#passkeys')).toContainText('靠窗那台');
  await her.getByRole('button', { name: '我已抄好' }).click();
  await hydrated(her);
  await accessible(her);

  await signOut(her);
  await open(her, '/yongxing/sign-in?to=desk');
  await her.getByRole('button', { name: '用通行密钥登录' }).click();
  await her.waitForURL(/yongxing\/desk/);
  await hydrated(her);
  await expect(her.getByRole('heading', { level: 1 })).toContainText('工作台');

  await signOut(her);
  await firstStep(her, login);
  await her.getByRole('button', { name: '用通行密钥登录' }).click();
  await her.waitForURL(/yongxing\/desk/);

  await open(her, '/yongxing/my/account/second');
  await her.getByRole('button', { name: '删除 靠窗那台' }).click();
  await expect(her.locator('#passkeys')).not.toContainText('靠窗那台');
  await signOut(her);
  await signInAs(her, 'yongxing', login, password);
  await her.waitForURL(/yongxing\/desk/);
});

test('grandmother gets no message, and signs in by a code that the desk reads out', async ({ page, browser }) => {
  const phone = newPhone();
  const term = await newTerm(page, 'yongxing', { places: 5 });
  await open(page, `/yongxing/desk/terms/${term.id}`);
  const form = page.locator('form[action="/api/add_person_and_book"]');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/add_person_and_book"]) > summary').click();
  }
  await form.locator('[name=name]').fill(`赵桂香${phone.slice(-4)}`);
  await form.locator('[name=birth]').fill('2018-01-02');
  await form.locator('[name=phone]').fill(phone);
  await form.locator('button').click();
  await expect(page.locator('table').first()).toContainText('赵桂香');
  await open(page, `/yongxing/desk/people?find=${phone.slice(-4)}`);
  await page.getByRole('link', { name: `赵桂香${phone.slice(-4)}` }).click();
  await page.waitForURL(/desk\/people\/[0-9a-f-]+$/);
  await hydrated(page);
  await page.getByRole('button', { name: '做一个登录验证码' }).click();
  const code = page.locator('.read-out');
  await expect(code).toHaveText(/\d{3} \d{3}/);
  await accessible(page);
  await fits(page);

  const her = await visitor(browser);
  await open(her, '/yongxing/sign-in');
  await her.locator('form[action="/api/ask_code"]:has([name=phone]) [name=phone]').fill(phone);
  await her.locator('form[action="/api/ask_code"]:has([name=phone]) button').click();
  await expect(her.getByText('请社区工作人员为您念一个验证码')).toBeVisible();
  await hydrated(her);
  await her.locator('form[action="/api/enter_code"] [name=code]').fill((await code.textContent()) ?? '');
  await her.locator('form[action="/api/enter_code"] button').first().click();
  await her.waitForURL(/yongxing\/my/);
  await page.reload();
  await expect(page.locator('main')).toContainText('念登录验证码');
});
