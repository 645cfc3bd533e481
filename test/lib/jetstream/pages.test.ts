import {describe, expect, it} from 'vitest'
import {collectPages} from '../../../src/lib/jetstream/pages.ts'

/** A server with these names that gives `limit` of them at a time. */
const serve = (names: () => string[], limit: number) => async (offset: number) => {
  const all = names()
  return {total: all.length, offset, limit, streams: all.slice(offset, offset + limit)}
}
const numbered = (count: number) => Array.from({length: count}, (_, i) => `S${String(i).padStart(5, '0')}`)

describe('collectPages', () => {
  it.each([0, 1, 9, 10, 11, 5003])('collects %i entries whole and in order', async (count) => {
    const {items} = await collectPages<string>(
      serve(() => numbered(count), 10),
      'streams',
    )
    expect(items).toEqual(numbered(count))
  })

  it('reads again when entries come and go on the way', async () => {
    let names = numbered(100)
    let requests = 0
    const serveChanging = serve(() => names, 10)
    const {items} = await collectPages<string>((offset) => {
      if (++requests === 4) names = names.slice(1)
      return serveChanging(offset)
    }, 'streams')
    expect(items).toEqual(numbered(100).slice(1))
  })

  it('ends when the server promises more than it has', async () => {
    let requests = 0
    const fetch = async (offset: number) => {
      requests++
      return {total: 1e15, limit: 2, offset, streams: offset < 6 ? [`S${offset}`, `S${offset + 1}`] : null}
    }
    const {items} = await collectPages<string>(fetch, 'streams')
    expect(items).toHaveLength(6)
    expect(requests).toBeLessThan(12)
  })

  it('ends when the server gives the same page again and again', async () => {
    const {items} = await collectPages<string>(async () => ({total: 1e9, limit: 1, streams: ['A', 'B']}), 'streams')
    expect(items).toEqual(['A', 'B'])
  })

  it.each([{}, {streams: null, total: null}, {streams: {}, total: '3'}, {streams: [null], total: 1, missing: null}])(
    'takes %j for an empty listing',
    async (answer) => {
      expect(await collectPages(async () => answer, 'streams')).toEqual({items: [], missing: [], offline: {}})
    },
  )

  it('keeps what is missing and offline, which has a place in its page too', async () => {
    const answers = [
      {total: 4, limit: 2, offset: 0, streams: [{config: {name: 'A'}}], missing: ['B'], offline: {C: 'why'}},
      {total: 4, limit: 2, offset: 2, streams: [{config: {name: 'C'}}, {config: {name: 'D'}}]},
    ]
    const listing = await collectPages<{config: {name: string}}>(async (offset) => answers[offset / 2]!, 'streams')
    expect(listing.items.map(({config}) => config.name)).toEqual(['A', 'C', 'D'])
    expect(listing).toMatchObject({missing: ['B'], offline: {C: 'why'}})
  })
})
