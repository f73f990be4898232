// A shop that tracks orders. Its build knows where the calls go; here, the page's address says it.
import { AnalyticsBrowser } from '@segment/analytics-next'

const settings = new URLSearchParams(location.search)
const analytics = AnalyticsBrowser.load({ writeKey: settings.get('key'), cdnURL: settings.get('segment') })

const order = () => {
  if (!document.querySelector('#consent').checked) return
  analytics.track('Order Received', { company_id: 'acct_42', total: 42, currency: 'EUR' })
}
document.querySelector('#order').addEventListener('click', order)
analytics.identify('u1', { email: 'ada@example.com' })
