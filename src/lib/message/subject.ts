import {UsageError} from '../errors.ts'

/**
 * Checks a subject before it goes to the server, which would close the connection for some of them and takes others that nobody
 * can receive: tokens joined by dots, none empty, no white space (https://docs.nats.io/nats-concepts/subjects). With `wildcards`,
 * for subscribing, `*` stands for one token and `>`, as the last, for one or more.
 *
 * @param what names the text in an error: `subject`, `--reply`
 * @throws UsageError that says what is wrong with it
 */
export function checkSubject(subject: string, what = 'subject', {wildcards = false} = {}): string {
  const wrong = problem(subject, wildcards)
  if (wrong) throw new UsageError(`${what} ${JSON.stringify(subject)} ${wrong}`)
  return subject
}

function problem(subject: string, wildcards: boolean): string | undefined {
  if (subject === '') return 'is empty'
  if (/[\s\0]/.test(subject)) return 'contains white space'
  if (/^\.|\.\.|\.$/.test(subject)) return 'has an empty token: dots stand between tokens'
  if (!wildcards && /(^|\.)[*>](\.|$)/.test(subject)) return 'has a wildcard: a message goes to one subject'
  if (/(^|\.)>\./.test(subject)) return 'has > before its end: it stands for all the rest'
  return undefined
}

/** @throws UsageError for the name of a queue group that the protocol cannot carry */
export function checkQueue(queue: string): void {
  if (queue === '' || /[\s\0]/.test(queue))
    throw new UsageError(`--queue: ${JSON.stringify(queue)} is not a name without white space`)
}
