import {NatsCommand} from '../lib/command.ts'

export default class Rtt extends NatsCommand {
  static override summary = 'Measure the round trip time to the server'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run() {
    await this.parse(Rtt)
    const connection = await this.connect()
    const rtt = await connection.rtt()
    this.log(`${rtt}ms`)
    return {rtt}
  }
}
