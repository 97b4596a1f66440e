import { defineConfig, devices } from '@playwright/test';

const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    '--disable-component-update',
    '--disable-sync',
  ],
};

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 900 } };
const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } };

/** Stories that wait for minutes, or for pages that change by themselves, which takes a script: once is enough. */
const slow = /(live|opening)\.spec\.ts/;

/** Stories of the desk, where staff sit before a screen. */
const desk = /(dates|days|entry|numbers|resources|second_factor|sheet|staff|staff_calendar|staff_roles)\.spec\.ts/;

/** Stories of staff in the corridor, with a phone in hand. */
const corridor = /(today|roll|offline|camera|pickup|still_here)\.spec\.ts/;

/** Stories that are about a script; single ones are tagged @script. */
const script = /(live|opening|offline|camera)\.spec\.ts/;
const scripts = /@script/;

/** Each story runs where its people are, hydrated and with JavaScript off: families' on a phone and on a desktop. */
export default defineConfig({
  testDir: 'stories',
  outputDir: 'results',
  workers: 2,
  // A crowded machine may once be slower than a story waits. What fails twice is broken; what passed the second time is
  // told as flaky at the end.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.ZHAOXI_ADDRESS,
    locale: 'zh-CN',
    launchOptions,
    // A recording makes each story slower; --trace on records one that is looked into.
    trace: 'off',
  },
  projects: [
    { name: 'desktop', use: desktop, testIgnore: corridor },
    { name: 'phone', use: phone, testIgnore: [slow, desk] },
    { name: 'desktop without JavaScript', use: { ...desktop, javaScriptEnabled: false }, testMatch: desk, grepInvert: scripts },
    { name: 'phone without JavaScript', use: { ...phone, javaScriptEnabled: false }, testIgnore: [script, desk], grepInvert: scripts },
  ],
});
