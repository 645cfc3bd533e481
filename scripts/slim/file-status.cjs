exports.stat = (path) => require('node:fs').promises.stat(path)
