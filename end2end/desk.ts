import { expect, type Locator, type Page } from '@playwright/test';
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
  /** The only date, instead of four Saturdays from next week on, and when it starts. */
  date?: string;
  start?: string;
  /** When it ends; at eleven, if nothing is said. */
  end?: string;
  /** It meets on days off, too: a day taken at random may be one. */
  keep?: boolean;
  /** Single dates may be booked, too. */
  single?: boolean;
  /** When booking opens, local. */
  opens?: string;
}

/** Sets rules of entry of a term through its form. */
export async function setEntry(
  page: Page,
  slug: string,
  term: string,
  fill: (form: Locator) => Promise<void>,
): Promise<void> {
  await open(page, `/${slug}/desk/terms/${term}/entry`);
  const form = page.locator('form[action="/api/set_entry"]');
  await fill(form);
  await form.getByRole('button', { name: '保存规则' }).click();
  await expect(page.locator('.banner--good, .field__error').first()).toBeVisible();
  await hydrated(page);
}

/** Makes an activity and a term of four dates through the desk's forms. */
export async function newTerm(page: Page, slug: string, wanted: Wanted): Promise<MadeTerm> {
  await signInStaff(page, slug);
  const name = `故事班${Math.random().toString(36).slice(2, 8)}`;
  await open(page, `/${slug}/desk/activities/new`);
  const activity = page.locator('form[action="/api/new_activity"]');
  await activity.locator('[name=name]').fill(name);
  await activity.locator('[name=kind]').selectOption('holiday_care');
  await activity.locator('[name=audience][value=child]').check();
  await activity.locator('[name=summary]').fill('写作业，做手工。');
  await activity.getByRole('button', { name: /^保存/ }).click();
  await page.waitForURL(/\/terms\/new/);
  await hydrated(page);
  const activityId = /activities\/([0-9a-f-]+)\/terms/.exec(page.url())?.[1];
  await fillTerm(page, wanted);
  await page.getByRole('button', { name: '保存这一期' }).click();
  await page.waitForURL(/desk\/terms\/[0-9a-f-]{36}/);
  await hydrated(page);
  const id = /desk\/terms\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
  expect(activityId).toBeTruthy();
  return { id, name, page: `/${slug}/activities/${activityId}` };
}

/** Fills the form of a term: four Saturdays from next week on, 9:00 to 11:00, or one date. */
export async function fillTerm(page: Page, wanted: Wanted): Promise<void> {
  const form = page.locator('form:has([name=capacity])');
  await form.locator('[name=name]').fill('冬季班');
  if (wanted.date) {
    await form.locator('[name=rule][value=dates]').check();
    await form.locator('[name=dates]').fill(wanted.date);
    if (wanted.keep) {
      await form.locator('[name=holidays]').selectOption('keep');
    }
  } else {
    await form.locator('[name=rule][value=weekly]').check();
    for (const day of ['MO', 'TU', 'WE', 'TH', 'FR', 'SU']) {
      await form.locator(`[name="weekday[]"][value=${day}]`).setChecked(false);
    }
    await form.locator('[name="weekday[]"][value=SA]').setChecked(true);
    await form.locator('[name=from]').fill(inDays(8));
    await form.locator('[name=until]').fill(inDays(35));
  }
  await form.locator('[name=start]').fill(wanted.start ?? '09:00');
  await form.locator('[name=end]').fill(wanted.end ?? '11:00');
  await form.locator('[name=capacity]').fill(String(wanted.places));
  if (wanted.single) {
    await form.locator('[name="scopes[]"][value=single]').check();
  }
  if (wanted.opens) {
    await form.locator('[name=opens]').fill(wanted.opens);
  }
  if (wanted.ages) {
    await form.locator('[name=age_min]').fill(String(wanted.ages[0]));
    await form.locator('[name=age_max]').fill(String(wanted.ages[1]));
  }
}

/** A date of today, soon enough for its door to be open, and not begun: close to midnight, one of the day to come. */
export async function soon(): Promise<{ date: string; start: string; end: string }> {
  const local = () => new Date(Date.now() + 8 * 3_600_000).toISOString();
  const minutes = () => Number(local().slice(11, 13)) * 60 + Number(local().slice(14, 16));
  const late = 24 * 60 - 5;
  if (minutes() >= late) {
    await new Promise((resolve) => setTimeout(resolve, (24 * 60 - minutes()) * 60_000 + 1000));
  }
  const start = Math.min(minutes() + 20, 24 * 60 - 2);
  const time = (at: number) => [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return { date: local().slice(0, 10), start: time(start), end: '23:59' };
}

/** Books somebody without a phone on a term, at the desk. */
export async function bookByName(page: Page, slug: string, term: string, name: string): Promise<void> {
  await open(page, `/${slug}/desk/terms/${term}`);
  const form = page.locator('form[action="/api/add_person_and_book"]');
  if (!(await form.locator('[name=name]').isVisible())) {
    await page.locator('details:has(form[action="/api/add_person_and_book"]) > summary').click();
  }
  await form.locator('[name=name]').fill(name);
  await form.locator('[name=birth]').fill('2018-01-02');
  await form.locator('button').click();
  await expect(page.locator('table').first()).toContainText(name);
  await hydrated(page);
}

/** A date some days from today in Shanghai, as a form sends it. */
export function inDays(days: number): string {
  return new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
}
