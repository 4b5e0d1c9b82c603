// Verifies each [secret, headers, body] of a JSON list; prints what it says of each.
const { Webhook } = require("standardwebhooks");
const { readFileSync } = require("node:fs");
const verdicts = JSON.parse(readFileSync(0, "utf8")).map(([secret, headers, body]) => {
  try {
    return { data: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    return { refused: error.name };
  }
});
console.log(JSON.stringify(verdicts));
