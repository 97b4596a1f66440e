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

/** Every other story runs four times: hydrated and with JavaScript off, on a desktop and on a phone. */
export default defineConfig({
  testDir: 'stories',
  outputDir: 'results',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.ZHAOXI_ADDRESS,
    locale: 'zh-CN',
    launchOptions,
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'desktop', use: desktop },
    { name: 'phone', use: phone, testIgnore: slow },
    { name: 'desktop without JavaScript', use: { ...desktop, javaScriptEnabled: false }, testIgnore: slow },
    { name: 'phone without JavaScript', use: { ...phone, javaScriptEnabled: false }, testIgnore: slow },
  ],
});
