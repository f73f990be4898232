// Serves the folder `public` on a port.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const types = { html: 'text/html', js: 'text/javascript' }
createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  const name = path === '/' ? 'index.html' : path.slice(1)
  try {
    const body = await readFile(new URL(`public/${name}`, import.meta.url))
    response.writeHead(200, { 'content-type': types[name.split('.').pop()] ?? 'text/plain' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}).listen(Number(process.argv[2]), '127.0.0.1')
