import { Analytics } from '@segment/analytics-node'

/** Tracks orders with Segment. */
export class Orders {
  constructor({ writeKey, host }) {
    this.analytics = new Analytics({ writeKey, host, flushAt: 1 })
  }

  receive({ user, account, total }) {
    this.analytics.track({ event: 'Order Received', userId: user, properties: { company_id: account, total } })
  }
}
