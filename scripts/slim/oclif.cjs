// In place of the parts of oclif that this program never uses: what is still called on the way does nothing.
exports.__esModule = true
exports.default = () => ''
exports.colorize = (_color, text) => text
exports.makeDebug = () => () => {}
