import { defineConfig } from '@playwright/test'

const port = Number(process.env.PORT ?? 4173)

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: Number(process.env.WORKERS ?? 2),
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    // Debian's Chromium; leave it out to use Playwright's own
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
    segscopeOptions: { vendor: 'planhat' },
  },
  webServer: { command: `node serve.js ${port}`, url: `http://127.0.0.1:${port}` },
})
