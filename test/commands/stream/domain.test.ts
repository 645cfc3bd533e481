import {beforeAll, describe, expect, it} from 'vitest'
import {commandsFor} from '../../support/commands.ts'
import {startLeafNode, type TestServer} from '../../support/server.ts'

let hub: TestServer
let leaf: TestServer

beforeAll(async () => {
  ;({hub, leaf} = await startLeafNode({jetstream: true}))
})
const {nats, json, fails} = commandsFor(() => leaf.url)

describe('a leaf node', () => {
  it('is a domain of its own, and so is its hub', async () => {
    expect((await nats('stream add NEAR --subjects near --defaults')).code).toBe(0)
    expect((await nats('stream add FAR --subjects far --defaults --js-domain hub')).code).toBe(0)
    expect(await json('stream ls')).toEqual(['NEAR'])
    expect(await json('stream ls --js-domain hub')).toEqual(['FAR'])
    expect(await json('stream ls --js-api-prefix $JS.hub.API')).toEqual(['FAR'])
    expect(await json(`stream ls -s ${hub.url}`)).toEqual(['FAR'])
    expect((await json('account info --js-domain hub')).jetstream).toMatchObject({domain: 'hub', streams: 1})
    await fails('stream info FAR', 3, 'stream not found (10059)')
    await fails('stream info FAR --js-domain nowhere', 7, 'nothing answers on $JS.nowhere.API')
  })

  it('mirrors a stream of its hub', async () => {
    const mirror = {name: 'FAR', external: {api: '$JS.hub.API', deliver: ''}}
    const {config} = await json(`stream add COPY --mirror ${JSON.stringify(mirror)} --defaults`)
    expect(config.mirror).toMatchObject({name: 'FAR', external: {api: '$JS.hub.API'}})
    expect((await nats('stream info COPY')).stdout).toContain('Mirror: FAR, API Prefix: $JS.hub.API\n')
    await nats('stream purge FAR --force --js-domain hub')
    expect((await nats('stream report')).stdout).toMatch(/│ COPY +│ Mirror │ \$JS\.hub\.API │ FAR/)
  })
})
