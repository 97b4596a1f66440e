import { accessible, expect, fits, hydrated, newPhone, open, signIn, signInAs, signInStaff, test, visitor } from '../support';

test('an admin adds a colleague, who chooses a password of their own, and is ended again', async ({ page, browser }) => {
  test.slow();
  const login = `desk-${Math.floor(Math.random() * 1e9)}`;
  await signInStaff(page, 'yongxing');
  await page.getByRole('link', { name: '工作人员' }).click();
  await page.waitForURL(/desk\/staff/);
  await hydrated(page);
  await accessible(page);
  await fits(page);
  const form = page.locator('form[action="/api/add_staff"]');
  await form.locator('[name=name]').fill('新来的小何');
  await form.locator('[name=login]').fill(login);
  await form.locator('[name=password]').fill('short');
  await form.getByRole('button', { name: '添加' }).click();
  await expect(form.locator('.field__error')).toContainText('8–128');
  await expect(form.locator('[name=login]')).toHaveValue(login);
  await hydrated(page);
  await form.locator('[name=password]').fill('start here please');
  await form.getByRole('button', { name: '添加' }).click();
  await expect(page.locator('.banner--good')).toContainText('已添加');
  const row = page.locator('.care__row').filter({ hasText: login });
  await expect(row).toContainText('值班员');

  const colleague = await visitor(browser);
  await signInAs(colleague, 'yongxing', login, 'start here please');
  await colleague.waitForURL(/my\/account/);
  await hydrated(colleague);
  await expect(colleague.getByRole('heading', { name: '请换成自己的密码' })).toBeVisible();
  await accessible(colleague);
  await fits(colleague);
  await colleague.locator('form[action="/api/change_password"] [name=old]').fill('start here please');
  await colleague.locator('form[action="/api/change_password"] [name=new]').fill('a sentence of my own');
  await colleague.getByRole('button', { name: '换密码' }).click();
  await colleague.waitForURL(/sign-in/);
  await expect(colleague.locator('.banner--good')).toContainText('密码已换好');
  await signInAs(colleague, 'yongxing', login, 'a sentence of my own');
  await colleague.waitForURL(/desk/);
  await expect(colleague.getByRole('heading', { level: 1 })).toContainText('工作台');

  await open(page, '/yongxing/desk/staff');
  await row.locator('summary').click();
  await row.getByRole('button', { name: '不再在这里工作' }).click();
  await expect(page.locator('.banner--good')).toContainText('已取消这个角色');
  await open(colleague, '/yongxing/desk');
  await expect(colleague.locator('main')).not.toContainText('今天的场次');
  await open(page, '/yongxing/desk/changes');
  await expect(page.locator('.table')).toContainText('添加工作人员');
  await accessible(page);
  await fits(page);
});

test('a teacher sees own dates, an auditor the changes, and neither sees residents', async ({ page, browser }) => {
  await signInAs(page, 'yongxing', 'teacher', 'zhaoxi-demo');
  await page.waitForURL(/desk/);
  await hydrated(page);
  await expect(page.getByRole('heading', { name: '我要到场的日期' })).toBeVisible();
  await accessible(page);
  await fits(page);
  await expect(page.getByRole('link', { name: '居民' })).toHaveCount(0);
  await open(page, '/yongxing/desk/people');
  await expect(page.locator('main')).toContainText('这一页没找到');
  // A browser that is kept busy meanwhile would complain that it hasn't come to what was fetched ahead.
  await page.goto('about:blank');

  const auditor = await visitor(browser);
  await signInAs(auditor, 'yongxing', 'auditor', 'zhaoxi-demo');
  await auditor.waitForURL(/desk/);
  await auditor.getByRole('link', { name: '全部改动' }).click();
  await auditor.waitForURL(/desk\/changes/);
  await hydrated(auditor);
  await expect(auditor.getByRole('heading', { level: 1 })).toContainText('全部改动');
  await accessible(auditor);
  await fits(auditor);
});

test('a phone is changed by two codes, and other devices are signed out', async ({ page, browser }) => {
  test.slow();
  const [old, fresh] = [newPhone(), newPhone()];
  await signIn(page, 'yongxing', old);
  const tablet = await visitor(browser);
  await signIn(tablet, 'yongxing', old);
  await open(page, '/yongxing/my/account');
  await expect(page.getByText('这台设备', { exact: true })).toBeVisible();
  await accessible(page);
  await fits(page);
  const code = async () => {
    const note = page.locator('.demo-note');
    await expect(note).toContainText(/\d{6}/);
    return /\d{6}/.exec((await note.textContent()) ?? '')?.[0] ?? '';
  };
  await page.getByRole('button', { name: '换手机号' }).click();
  await expect(page.getByText('第 1 步，共 3 步')).toBeVisible();
  await page.locator('form[action="/api/prove_phone"] [name=code]').fill(await code());
  await page.getByRole('button', { name: '确认是我' }).click();
  await expect(page.getByText('第 2 步，共 3 步')).toBeVisible();
  await page.locator('form[action="/api/tell_new_phone"] [name=phone]').fill(fresh);
  await page.getByRole('button', { name: '发验证码到新号码' }).click();
  await expect(page.getByText('第 3 步，共 3 步')).toBeVisible();
  await accessible(page);
  await page.locator('form[action="/api/change_phone"] [name=code]').fill(await code());
  await page.getByRole('button', { name: '换成这个号码' }).click();
  await expect(page.locator('.banner--good')).toContainText('手机号已换好');
  await expect(page.locator('#phone')).toContainText(fresh.slice(-4));
  await open(tablet, '/yongxing/my');
  await expect(tablet.getByRole('link', { name: '登录' }).first()).toBeVisible();
});
