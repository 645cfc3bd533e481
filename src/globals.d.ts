/** The version in package.json, put in by scripts/build.mjs. */
declare const VERSION: string

/** Names the content of dist/, put in by scripts/build.mjs. */
declare const BUILD_ID: string
