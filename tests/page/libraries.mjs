// The libraries whose pages are visited: what the page contains, what the service that it loads from
// answers, and a destination that runs on the page.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

export const require = createRequire(new URL('../sdk/package.json', import.meta.url))
export const KEY = 'wk_page'

const snippet = require('@segment/snippet')
const segmentCode = require.resolve('@segment/analytics-next/dist/umd/standalone.js')
const rudderCode = require.resolve('@rudderstack/analytics-js/bundled').replace(/(cjs|esm).index[.][a-z]+$/, 'umd/index.js')
const olderRudderCode = require.resolve('rudder-sdk-js')

export const segment = {
  name: 'analytics-next',
  files (path, tracking) {
    if (path === `/v1/projects/${KEY}/settings`) return this.settings(tracking)
    if (path === '/next-integrations/actions/stub/1.js') {
      return `window.stubDestination = (settings) => {
        const take = (ctx) => { window.stubCalls.push([settings.token, ctx.event.type, ctx.event.event ?? ctx.event.name ?? ctx.event.userId]); return ctx }
        return { name: 'Stub', type: 'destination', version: '1.0.0', isLoaded: () => true, load: async () => {},
          track: take, identify: take, page: take, group: take }
      }`
    }
    if (path === `/analytics.js/v1/${KEY}/analytics.min.js`) return readFileSync(segmentCode, 'utf8')
    if (path.startsWith('/analytics-next/bundles/')) return readFileSync(join(segmentCode, '..', basename(path)), 'utf8')
  },
  settings (tracking) {
    return JSON.stringify({
      integrations: { 'Segment.io': { apiKey: KEY, apiHost: `${tracking.host}/v1`, protocol: 'http', unbundledIntegrations: [] } },
      remotePlugins: [{
        name: 'Stub', creationName: 'Stub', libraryName: 'stubDestination',
        url: 'https://cdn.segment.com/next-integrations/actions/stub/1.js', settings: { token: 't1' }
      }],
      plan: { track: { __default: { enabled: true, integrations: {} } } },
      metrics: { sampleRate: 0 }
    }, null, 1)
  },
  // the snippet that Segment gives to its customers; all comes from the host of the settings
  page ({ settings }) {
    const loads = snippet.max({
      apiKey: KEY, host: settings, ajsPath: `/analytics.js/v1/${KEY}/analytics.min.js`, load: false, page: false
    }).replaceAll('https://', 'http://')
    return `<script>
      ${loads};
      analytics._cdn = 'http://${settings}'
      analytics.load('${KEY}')
      analytics.page('Start')
      analytics.identify('u_1', { plan: 'pro' })
      analytics.track('Order Received', { account_id: 'a_1' })
      analytics.ready(() => analytics.track('Ready'))
      </script>`
  }
}

// RudderStack's libraries answer to the same settings. The older one prefers the URL in `dataplanes` to
// that of the page.
export const rudderstack = rudderPage('RudderStack JavaScript', rudderCode, 'new rudderanalytics.RudderAnalytics()')
export const olderRudderstack = {
  ...rudderPage('RudderStack JavaScript 2', olderRudderCode, 'rudderanalytics'),
  // with each page
  says: /^This RudderStack JavaScript SDK package is deprecated/
}

function rudderPage (name, code, instance) {
  return {
    name,
    ownFiles: { '/rudder.js': readFileSync(code, 'utf8') },
    files (path, tracking) {
      if (path === '/sourceConfig/') return rudderSettings(tracking)
      // the library knows this destination by name
      if (path === '/js-integrations/Userpilot.min.js') {
        return `window.Userpilot_RS = { Userpilot: class {
          constructor (config) { this.name = 'USERPILOT'; this.token = config.token }
          init () {}
          isLoaded () { return true }
          isReady () { return true }
          take ({ message }) { window.stubCalls.push([this.token, message.type, message.event ?? (message.name || message.userId)]) }
          track (event) { this.take(event) }
          identify (event) { this.take(event) }
          page (event) { this.take(event) }
        } }`
      }
    },
    // destinations come from a CDN of their own, which is not that of the settings
    page ({ tracking, settings, cdn }) {
      return `<script src="/rudder.js"></script><script>
        const rudder = ${instance}
        rudder.load('${KEY}', 'http://${tracking}', { configUrl: 'http://${settings}', destSDKBaseURL: 'http://${cdn}/js-integrations' })
        rudder.page('Start')
        rudder.identify('u_1', { plan: 'pro' })
        rudder.track('Order Received', { account_id: 'a_1' })
        rudder.ready(() => rudder.track('Ready'))
        </script>`
    }
  }
}

function rudderSettings (tracking) {
  return JSON.stringify({
    source: {
      id: 's_1',
      name: 'Shop',
      writeKey: KEY,
      enabled: true,
      workspaceId: 'w_1',
      connections: [],
      dataplanes: { US: [{ url: `http://${tracking.host}`, default: true }] },
      destinations: [{
        id: 'd_1',
        name: 'Stub',
        enabled: true,
        config: { token: 't1', connectionMode: 'device', useNativeSDK: true },
        destinationDefinition: { name: 'USERPILOT', displayName: 'Userpilot' }
      }],
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } }
    },
    updatedAt: '2026-11-30T00:00:00.000Z'
  }, null, 1)
}
