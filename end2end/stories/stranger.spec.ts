import { addChild, expect, newPhone, open, signIn, test, visitor } from '../support';
import { newTerm } from '../desk';

test('a stranger neither sees nor cancels what another family booked', async ({ page, browser }) => {
  const staff = await visitor(browser);
  const term = await newTerm(staff, 'yongxing', { places: 3 });
  const family = await visitor(browser);
  await signIn(family, 'yongxing', newPhone());
  await addChild(family, 'yongxing', '秘密名字');
  await open(family, term.page);
  await family.locator(`#t${term.id}`).getByRole('button', { name: '报名' }).click();
  await expect(family.locator(`#t${term.id} .banner`)).toContainText('已报名');
  const booking = await family.locator('form[action="/api/cancel_booking"] [name=booking]').first().inputValue();

  await signIn(page, 'yongxing', newPhone());
  for (const path of [term.page, `${term.page}?booked=${booking}`, '/yongxing/my', '/yongxing/notices']) {
    await page.goto(path);
    await expect(page.locator('main')).not.toContainText('秘密名字');
  }
  const desk = await page.goto(`/yongxing/desk/terms/${term.id}`);
  expect(desk?.status()).toBe(404);
  const answers = [];
  for (const id of [booking, '00000000-0000-7000-8000-000000000000']) {
    const answer = await page.request.post('/api/cancel_booking', {
      form: { slug: 'yongxing', booking: id, back: 'my' },
      headers: { accept: 'application/json', 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status()).toBe(404);
    answers.push(await answer.text());
  }
  expect(answers[0], 'the answer does not tell which exists').toBe(answers[1]);
  await open(family, '/yongxing/my');
  await expect(family.locator('main')).toContainText('秘密名字');
});

test('what another site sends is refused', async ({ page }) => {
  await signIn(page, 'yongxing', newPhone());
  const form = { slug: 'yongxing', kind: 'child', name: '外来', birth: '2018-01-01', consent: 'yes' };
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', origin: 'https://example.com' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
  ]) {
    const answer = await page.request.post('/api/add_member', { form, headers });
    expect(answer.status(), JSON.stringify(headers)).toBe(403);
  }
  await open(page, '/yongxing/my');
  await expect(page.locator('main')).not.toContainText('外来');
});
