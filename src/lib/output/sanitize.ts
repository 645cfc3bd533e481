import {isOutputTerminal} from './terminal.ts'

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * Text from elsewhere, safe for a terminal: control characters other than tab and newline become visible (`\u001b` is
 * shown as `␛`), so that a message cannot move the cursor, change the title or answer for the user.
 */
export function neutralise(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '␡' : `\\x${code.toString(16)}`
  })
}

/** Text from elsewhere as it goes to stdout: safe on a terminal, as it is anywhere else. */
export function printable(text: string): string {
  return isOutputTerminal() ? neutralise(text) : text
}
