import { expect, type Page } from '@playwright/test';
import { hydrated, open, signInStaff } from './support';

/** A term made by staff through the page, for a story of its own. */
export interface MadeTerm {
  id: string;
  name: string;
  /** The activity's public page. */
  page: string;
}

/** What a story wants of its term. */
export interface Wanted {
  places: number;
  ages?: [number, number];
}

/** Makes an activity and a term of four dates through the desk's forms. */
export async function newTerm(page: Page, slug: string, wanted: Wanted): Promise<MadeTerm> {
  await signInStaff(page, slug);
  const name = `故事班${Math.random().toString(36).slice(2, 8)}`;
  await open(page, `/${slug}/desk/activities/new`);
  const activity = page.locator('form[action="/api/new_activity"]');
  await activity.locator('[name=name]').fill(name);
  await choose(activity.locator('[name=kind]'), 'holiday_care');
  await choose(activity.locator('[name=audience]'), 'child');
  await activity.locator('[name=summary]').fill('写作业，做手工。');
  await activity.getByRole('button').last().click();
  await page.waitForURL(/\/terms\/new/);
  await hydrated(page);
  const activityId = /activities\/([0-9a-f-]+)\/terms/.exec(page.url())?.[1];
  await fillTerm(page, wanted);
  await page.getByRole('button', { name: '保存' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);
  await hydrated(page);
  const id = /desk\/terms\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  expect(activityId).toBeTruthy();
  return { id, name, page: `/${slug}/activities/${activityId}` };
}

/** Fills the form of a term: four weeks from a week ahead, Saturdays, 9:00 to 11:00. */
export async function fillTerm(page: Page, wanted: Wanted): Promise<void> {
  const form = page.locator('form:has([name=capacity])');
  await form.locator('[name=name]').fill('冬季班');
  await form.locator('[name=rule][value=weekly]').check();
  await form.locator('[name="weekdays[]"][value=SA], [name=weekdays][value=SA], [name*=weekday][value=SA]').first().check();
  await form.locator('[name=from]').fill(inDays(8));
  await form.locator('[name=until]').fill(inDays(35));
  await form.locator('[name=start]').fill('09:00');
  await form.locator('[name=end]').fill('11:00');
  await form.locator('[name=capacity]').fill(String(wanted.places));
  if (wanted.ages) {
    await form.locator('[name=age_min]').fill(String(wanted.ages[0]));
    await form.locator('[name=age_max]').fill(String(wanted.ages[1]));
  }
}

/** A date some days from now, as a form sends it. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Chooses a value in a select or among radios. */
async function choose(field: ReturnType<Page['locator']>, value: string): Promise<void> {
  const first = field.first();
  if ((await first.evaluate((element) => element.tagName)) === 'SELECT') {
    await first.selectOption(value);
  } else {
    await field.and(field.page().locator(`[value=${value}]`)).check();
  }
}
