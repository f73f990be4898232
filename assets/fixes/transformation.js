// RudderStack: a transformation of the destination.
export function transformEvent(event, metadata) {
  if (event.type !== {type}) return event
{steps}
  return event
}
