// Sends a call with Segment's Node SDK as an app does that knows nothing of segscope.
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'wk_node', maxRetries: 0 })
analytics.on('error', () => console.log('failed'))
analytics.track({ userId: 'u', event: 'node sdk' })
await analytics.closeAndFlush()
console.log('done')
