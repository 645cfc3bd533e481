import {generateKeyPairSync, type KeyObject, randomBytes, sign} from 'node:crypto'
import {writeFile} from 'node:fs/promises'
import {isIP} from 'node:net'
import {join} from 'node:path'
import {testFolder} from './server.ts'

/** Paths of PEM files. */
export type Certificate = {cert: string; key: string}

export type Authority = {
  /** Path of the authority's own certificate. */
  ca: string
  /** Issues a certificate; `hosts` are host names, IP or email addresses, `127.0.0.1` and `localhost` without them. */
  issue(name: string, options?: {hosts?: string[]; expired?: boolean}): Promise<Certificate>
}

/** Makes a certificate authority of a test's own. Its files are gone at the end of the test file. */
export async function certificateAuthority(name = 'Test CA'): Promise<Authority> {
  const folder = await testFolder('tls')
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'prime256v1'})
  const authority = {name, key: privateKey}
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, certificate({subject: name, publicKey, authority, extensions: caExtensions(), days: 30}))

  return {
    ca,
    async issue(subject, {hosts = ['127.0.0.1', 'localhost'], expired = false} = {}) {
      const pair = generateKeyPairSync('ec', {namedCurve: 'prime256v1'})
      const extensions = leafExtensions(hosts)
      const text = certificate({subject, publicKey: pair.publicKey, authority, extensions, days: expired ? -1 : 30})
      const base = join(folder, `${subject.replace(/\W+/g, '-')}-${randomBytes(4).toString('hex')}`)
      const paths = {cert: `${base}.pem`, key: `${base}-key.pem`}
      await writeFile(paths.cert, text)
      await writeFile(paths.key, pair.privateKey.export({type: 'pkcs8', format: 'pem'}), {mode: 0o600})
      return paths
    },
  }
}

/** The `tls` block of a server's configuration. With `verify` it asks clients for certificates of `ca`. */
export function tlsConfig({cert, key}: Certificate, {ca, verify = false, first = false} = {} as TlsOptions): string {
  const lines = [`cert_file: "${cert}"`, `key_file: "${key}"`]
  if (ca) lines.push(`ca_file: "${ca}"`)
  if (verify) lines.push('verify: true')
  if (first) lines.push('handshake_first: true')
  return `tls { ${lines.join(', ')} }\n`
}

type TlsOptions = {ca?: string; verify?: boolean; first?: boolean}

// What follows writes X.509 version 3 (RFC 5280) in DER (X.690), which Node can read and sign but not write.

type CertificateContent = {
  subject: string
  publicKey: KeyObject
  authority: {name: string; key: KeyObject}
  extensions: Buffer[]
  /** From now; in the past when negative. */
  days: number
}

function certificate({subject, publicKey, authority, extensions, days}: CertificateContent): string {
  const day = 86_400_000
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(authority.name),
    sequence(utcTime(Date.now() - 2 * day), utcTime(Date.now() + days * day)),
    commonName(subject),
    publicKey.export({type: 'spki', format: 'der'}),
    der(0xa3, sequence(...extensions)),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, authority.key)]))
  const base64 = sequence(body, algorithm, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`
}

function caExtensions(): Buffer[] {
  const basicConstraints = extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))), true)
  const keyUsage = extension('2.5.29.15', der(0x03, Buffer.from([1, 0b0000_0110])), true) // sign certificates and lists
  return [basicConstraints, keyUsage]
}

function leafExtensions(hosts: string[]): Buffer[] {
  const usages = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')) // server, client
  return [extension('2.5.29.37', usages), extension('2.5.29.17', sequence(...hosts.map(alternativeName)))]
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)))
  if (host === '::1') return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]))
  return der(host.includes('@') ? 0x81 : 0x82, Buffer.from(host))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), critical ? der(0x01, Buffer.from([0xff])) : Buffer.alloc(0), der(0x04, value))
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))))
}

function utcTime(time: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(time).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second]
  for (const number of rest) {
    const groups = [number & 0x7f]
    for (let left = number >> 7; left; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

function sequence(...items: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(items))
}

function der(tag: number, content: Buffer): Buffer {
  const {length} = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
