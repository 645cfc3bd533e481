import {createHash} from 'node:crypto'
import {CliError} from '../../errors.ts'

/** What is remembered of an archive, to know later that it is still the same. */
export type ArchiveMark = {
  /** Bytes of the file. */
  size: number
  /** `SHA-256=` and the digest in base64url, as the object store writes one (ADR-20). */
  digest: string
}

const COMPRESSED = 0x00
const UNCOMPRESSED = 0x01
const RESERVED_UNSKIPPABLE = 0x7f
const STREAM_IDENTIFIER = 0xff
/** `sNaPpY`, or `S2sTwO` for S2, which is what the server writes. */
const MAGIC = /^(?:sNaPpY|S2sTwO)$/
const CHECKSUM_BYTES = 4
/** Chunk type, length of the chunk in three bytes; then, of a compressed one, a checksum and its size unpacked (5 at most). */
const HEAD_BYTES = 4 + CHECKSUM_BYTES + 5

/**
 * Looks at the bytes of a stream archive as they pass: counts and digests them, and follows the framing of S2 (that of Snappy:
 * https://github.com/google/snappy/blob/main/framing_format.txt) to know its size unpacked, and that it is not cut off.
 */
export class ArchiveMeter {
  /** Bytes so far. */
  size = 0
  /** What they come to unpacked, so far. */
  unpacked = 0
  private readonly hash = createHash('sha256')
  /** The beginning of a chunk, gathered up to HEAD_BYTES: a piece may end in the middle of it. */
  private readonly head = Buffer.alloc(HEAD_BYTES)
  private gathered = 0
  /** What is left of the present chunk behind its gathered beginning. */
  private left = 0
  private chunks = 0

  /** @throws CliError when this is no archive of a stream */
  update(piece: Uint8Array): void {
    this.hash.update(piece)
    this.size += piece.length
    for (let at = 0; at < piece.length; ) {
      if (this.left > 0) {
        const skip = Math.min(this.left, piece.length - at)
        this.left -= skip
        at += skip
        continue
      }
      this.head[this.gathered++] = piece[at++]!
      if (this.gathered >= 4 && this.gathered === this.wanted()) this.chunk()
    }
  }

  /**
   * All bytes have passed.
   *
   * @throws CliError when the last chunk is cut off
   */
  end(): ArchiveMark {
    if (this.left > 0 || this.gathered > 0 || this.chunks < 2) throw new CliError('the archive is cut off')
    return {size: this.size, digest: `SHA-256=${this.hash.digest('base64url')}`}
  }

  private get length(): number {
    return this.head.readUIntLE(1, 3)
  }

  /** How much of the present chunk must be gathered before it can be judged. */
  private wanted(): number {
    const [type] = this.head
    const inspected = type === COMPRESSED ? 9 : type === STREAM_IDENTIFIER ? 6 : 0
    return 4 + Math.min(inspected, this.length)
  }

  private chunk(): void {
    const type = this.head[0]!
    const {length} = this
    const isIdentifier = type === STREAM_IDENTIFIER && MAGIC.test(this.head.toString('latin1', 4, 10))
    if (this.chunks === 0 && !isIdentifier) throw new CliError('this is not an archive of a stream')
    if (type > UNCOMPRESSED && type <= RESERVED_UNSKIPPABLE) throw new CliError('the archive is damaged')
    if (type === COMPRESSED) this.unpacked += this.unpackedSize()
    if (type === UNCOMPRESSED) this.unpacked += Math.max(0, length - CHECKSUM_BYTES)
    this.left = length + 4 - this.gathered
    this.gathered = 0
    this.chunks++
  }

  /** The size that a compressed block begins with, seven bits a byte, lowest first. */
  private unpackedSize(): number {
    let size = 0
    for (let i = 4 + CHECKSUM_BYTES, weight = 1; i < this.gathered; i++, weight *= 128) {
      size += (this.head[i]! & 127) * weight
      if (this.head[i]! < 128) break
    }
    return size
  }
}
