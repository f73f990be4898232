// Segment: a destination insert function. It runs before the destination sees the call.
async function {handler}(event, settings) {
{steps}
  return event
}
