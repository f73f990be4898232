export { Calls, Listener, SegscopeError, connect, start } from './listener.js'
export { matchers } from './matchers.js'
