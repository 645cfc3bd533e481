let nacl
const load = () => {
  nacl ??= require('tweetnacl')
  return nacl
}
exports.__esModule = true
exports.default = {
  get box() {
    return load().box
  },
  get randomBytes() {
    return load().randomBytes
  },
  get scalarMult() {
    return load().scalarMult
  },
  get sign() {
    return load().sign
  },
}
