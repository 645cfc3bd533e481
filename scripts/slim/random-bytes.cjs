exports.randomBytes = (size) => require('node:crypto').randomBytes(size)
