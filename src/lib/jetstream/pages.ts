/** What a listing is made of, whole. */
export type Listing<T> = {
  items: T[]
  /** Names of what the servers know of but could not get at, because its leader does not answer. */
  missing: string[]
  /** Names of what is there but not served, with the reason (servers from 2.12 on). */
  offline: {[name: string]: string}
}

type Page = {[field: string]: unknown}

/** Pages requested at a time: hides the round trips without flooding the server's one queue of API requests. */
const CONCURRENCY = 4
/** A listing that changed while it was read is read again, this often; then what is known is the best there is. */
const ATTEMPTS = 3

/**
 * Collects a listing of which the server gives a page at a time (`total`, `offset`, `limit`). The first page tells how
 * many there are, the others are requested several at a time. Entries seen twice (one was added meanwhile) count once;
 * when the total changed on the way an entry may have slipped from a later page to an earlier one, so it is read again.
 */
export async function collectPages<T>(fetch: (offset: number) => Promise<Page>, key: string): Promise<Listing<T>> {
  for (let attempt = 1; ; attempt++) {
    const pages = await readPages(fetch, key)
    const stable = pages.every(({total}) => total === pages[0]!.total)
    if (stable || attempt === ATTEMPTS) return merge(pages, key)
  }
}

async function readPages(fetch: (offset: number) => Promise<Page>, key: string): Promise<Page[]> {
  const first = await fetch(0)
  const pages = [first]
  // What is missing from a page still has its place in it.
  const step = Number(first.limit) || entries(first, key).length
  const total = Number(first.total) || 0
  let offset = step
  const seen = new Set<string>()
  // A server that promises more than it has, or that gives the same page again and again, ends it here.
  const hasNews = (page: Page) => {
    const names = [...entries(page, key).map(nameOf), ...missingOf(page)]
    const before = seen.size
    for (const name of names) seen.add(name)
    return seen.size > before
  }
  let ended = !hasNews(first)
  const worker = async () => {
    while (!ended && offset < total) {
      const own = offset
      offset += step
      const page = await fetch(own)
      pages.push(page)
      ended ||= !hasNews(page)
    }
  }
  await Promise.all(Array.from({length: CONCURRENCY}, worker))
  return pages.sort((a, b) => (Number(a.offset) || 0) - (Number(b.offset) || 0))
}

function merge<T>(pages: Page[], key: string): Listing<T> {
  const unique = new Map<string, T>()
  const missing = new Set<string>()
  const offline: {[name: string]: string} = {}
  for (const page of pages) {
    for (const item of entries(page, key)) unique.set(nameOf(item), item as T)
    for (const name of missingOf(page)) missing.add(name)
    Object.assign(offline, page.offline)
  }
  return {items: [...unique.values()], missing: [...missing], offline}
}

/** An empty listing is null on the wire, and one entry of an odd answer may be. */
function entries(page: Page, key: string): unknown[] {
  const list = page[key]
  return Array.isArray(list) ? list.filter((item) => item !== null && item !== undefined) : []
}

const missingOf = (page: Page): string[] => (Array.isArray(page.missing) ? page.missing.map(String) : [])

function nameOf(item: unknown): string {
  const {name, config} = item as {name?: string; config?: {name?: string} | null}
  return typeof item === 'string' ? item : (name ?? config?.name ?? JSON.stringify(item))
}
