import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {debianSource, formatStanza, parseLines, parseStanzas} from '../../../src/lib/local-server/apt-sources.ts'
import {testFolder} from '../../support/server.ts'

const stanza = (...lines: string[]) => `${lines.join('\n')}\n`

describe('the one-line format', () => {
  it.each([
    ['deb http://mirror.example/debian sid main', {suites: ['sid'], components: ['main'], signedBy: undefined}],
    ['  deb\thttp://mirror.example/debian   sid  main contrib # a note', {components: ['main', 'contrib']}],
    ['deb [arch=amd64 signed-by=/keys/a.gpg] http://mirror.example/debian sid main', {signedBy: '/keys/a.gpg'}],
    ['deb [ signed-by=/keys/a.gpg ] http://mirror.example/debian sid main', {signedBy: '/keys/a.gpg'}],
    ['deb [Signed-By=/keys/a.gpg] http://mirror.example/debian sid main', {signedBy: '/keys/a.gpg'}],
    ['deb http://mirror.example/debian ./', {suites: ['./'], components: []}],
  ])('reads %s', (line, expected) => {
    expect(parseLines(line)).toMatchObject([{uris: ['http://mirror.example/debian'], ...expected}])
  })

  it.each([
    '',
    '# deb http://mirror.example/debian sid main',
    'deb-src http://mirror.example/debian sid main',
    'deb http://x',
  ])('passes over %j', (line) => expect(parseLines(line)).toEqual([]))
})

describe('the deb822 format', () => {
  it('reads stanzas, with comments in and between them', () => {
    const text = stanza(
      '# ours',
      'Types: deb deb-src',
      '# not this: URIs: http://old.example/debian',
      'URIs: http://a.example/debian http://b.example/debian',
      'Suites: bookworm',
      ' bookworm-updates',
      'Components: main',
      'Signed-By: /keys/a.gpg',
      '',
      'types: deb',
      'uris:http://c.example/debian',
      'suites: sid',
      'components: main',
    )
    expect(parseStanzas(text)).toEqual([
      {
        uris: ['http://a.example/debian', 'http://b.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
        signedBy: '/keys/a.gpg',
      },
      {uris: ['http://c.example/debian'], suites: ['sid'], components: ['main'], signedBy: undefined},
    ])
  })

  it.each([
    ['Types: deb-src', 'URIs: http://a.example/debian', 'Suites: sid', 'Components: main'],
    ['Types: deb', 'URIs: http://a.example/debian', 'Suites: sid', 'Components: main', 'Enabled: no'],
    ['Types: deb', 'Suites: sid', 'Components: main'],
  ])('passes over a stanza that gives no packages: %s', (...lines) => {
    expect(parseStanzas(stanza(...lines))).toEqual([])
  })

  it('keeps a key that is written into it', () => {
    const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----'
    const text = stanza(
      'Types: deb',
      'URIs: http://a.example/debian',
      'Suites: sid',
      'Components: main',
      `Signed-By:${key}`,
    )
    const [source] = parseStanzas(text)
    expect(source!.signedBy).toBe(key)
    expect(formatStanza(source!)).toBe(text)
  })
})

describe("the source of Debian's packages", () => {
  const sources = async (files: Record<string, string>) => {
    const folder = await testFolder('apt')
    await mkdir(join(folder, 'sources.list.d'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    return debianSource(folder)
  }

  it("is told from other projects', which name their suites alike", async () => {
    const source = await sources({
      'sources.list': 'deb http://tools.example/apt bookworm main\n',
      'sources.list.d/a.list': 'deb http://tools.example/x bookworm-tools main\n',
      'sources.list.d/debian.sources': stanza(
        'Types: deb',
        'URIs: http://mirror.example/pub/debian/',
        'Suites: bookworm bookworm-updates',
        'Components: main',
      ),
    })
    expect(source?.uris).toEqual(['http://mirror.example/pub/debian/'])
  })

  it('is known by its keys where its name is another', async () => {
    const signed = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    const source = await sources({
      'sources.list': `deb http://tools.example/apt trixie main\ndeb ${signed} http://cache.example/d12 trixie main\n`,
    })
    expect(source?.uris).toEqual(['http://cache.example/d12'])
  })

  it('is not in files that apt does not read, nor in those of security updates', async () => {
    const line = 'deb http://mirror.example/debian sid main\n'
    expect(
      await sources({
        'sources.list': 'deb http://mirror.example/debian-security bookworm-security main\n',
        'sources.list.d/a.list.disabled': line,
        'sources.list.d/b.list.save': line,
      }),
    ).toBeUndefined()
  })

  it('is none where apt is not', async () => {
    expect(await debianSource('/nowhere')).toBeUndefined()
  })
})
