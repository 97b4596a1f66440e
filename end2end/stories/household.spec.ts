import { accessible, addChild, expect, fits, hydrated, newPhone, open, signIn, test, visitor } from '../support';

const together = '#together';

test('a second guardian joins by a code that is good once', async ({ page, browser }) => {
  test.slow();
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '小满');
  await open(page, '/yongxing/my');
  await page.locator(`${together} > summary`).click();
  await accessible(page);
  await page.getByRole('button', { name: '邀请另一位家长' }).click();
  const digits = page.locator('.tell-code__digits');
  await expect(digits).toContainText(/\d{4} \d{4}/);
  await accessible(page);
  await fits(page);
  const code = (await digits.textContent()) ?? '';

  const father = await visitor(browser);
  await signIn(father, 'yongxing', newPhone());
  await open(father, '/yongxing/my');
  await father.locator(`${together} > summary`).click();
  const form = father.locator('form[action="/api/enter_household_code"]');
  await form.locator('[name=code]').fill('123');
  await form.getByRole('button').click();
  await expect(form.locator('.field__error')).toContainText('8 位数字');
  await hydrated(father);
  await form.locator('[name=code]').fill(code);
  await form.getByRole('button').click();
  await expect(father.locator('.banner--good')).toContainText('已加入这个家庭');
  await expect(father.locator('.members')).toContainText('小满');
  await accessible(father);

  const third = await visitor(browser);
  await signIn(third, 'yongxing', newPhone());
  await open(third, '/yongxing/my');
  await third.locator(`${together} > summary`).click();
  await third.locator('form[action="/api/enter_household_code"] [name=code]').fill(code);
  await third.locator('form[action="/api/enter_household_code"]').getByRole('button').click();
  await expect(third.locator(together)).toContainText('邀请码不对');
});

test('a child lives in two homes', async ({ page, browser }) => {
  test.slow();
  await signIn(page, 'yongxing', newPhone());
  await addChild(page, 'yongxing', '小雨');
  await open(page, '/yongxing/my');
  await page.locator(`${together} > summary`).click();
  await page.getByRole('button', { name: '小雨两边住' }).click();
  const digits = page.locator('.tell-code__digits');
  await expect(digits).toContainText(/\d{4} \d{4}/);
  const code = (await digits.textContent()) ?? '';
  const father = await visitor(browser);
  await signIn(father, 'yongxing', newPhone());
  await addChild(father, 'yongxing', '小风');
  await open(father, '/yongxing/my');
  await father.locator(`${together} > summary`).click();
  await father.locator('form[action="/api/enter_household_code"] [name=code]').fill(code);
  await father.locator('form[action="/api/enter_household_code"]').getByRole('button').click();
  await expect(father.locator('.banner--good')).toContainText('小雨 已加入您的家');
  await expect(father.locator('.member').filter({ hasText: '小雨' })).toContainText('两边住');
  await open(page, '/yongxing/notices');
  await expect(page.locator('main')).toContainText('小雨 也加入了另一个家');
});
