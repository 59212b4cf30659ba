/** The limit: a handler on the same server library that reads the body, parses it, and answers JSON. Nothing is checked or kept. */
import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.post('/v1/batch', async context => {
  const { batch } = await context.req.json<{ batch: readonly unknown[] }>()
  return context.json({ success: true, accepted: batch.length, rejected: [] })
})
serve({ fetch: app.fetch, createServer, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send?.({ port }))
process.on('disconnect', () => process.exit())
