import {type ChildProcess, spawn} from 'node:child_process'
import type {Socket} from 'node:net'

export type Guard = {
  /** Calls the guard off: process and folder are looked after by the caller again. */
  release(): void
}

// Waits for the end of the pipe; then kills the process group $1 and removes the folder $2, where each is given.
const SCRIPT = 'read -r _; [ -z "$1" ] || kill -9 "-$1"; [ -z "$2" ] || rm -rf "$2" || { sleep 1; rm -rf "$2"; }'

/**
 * Sees to it that a process and a folder do not outlive this program, however it ends; SIGKILL included, which no
 * handler of our own could see. A shell waits on a pipe that only we hold open: when we are gone, it reads the end of
 * it, kills the process with all its children and removes the folder.
 *
 * On Windows, which has neither, the process is killed when this program exits by itself.
 *
 * @param child a process started with `detached`, so that it leads a process group of its own
 */
export function guard({child, folder}: {child?: ChildProcess; folder?: string}): Guard {
  if (process.platform === 'win32') {
    const kill = () => void child?.kill('SIGKILL')
    process.on('exit', kill)
    return {release: () => process.off('exit', kill)}
  }

  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guard', child?.pid ? String(child.pid) : '', folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    // It needs rm, and owes nothing to what the user has set.
    env: {PATH: '/usr/bin:/bin'},
  })
  // A guard that cannot be started is no reason to do without the server.
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  ;(shell.stdin as Socket).unref()
  return {release: () => void shell.kill('SIGKILL')}
}
