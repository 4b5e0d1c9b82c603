import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const { severity, code, message, path } of diagnostics) {
  console.log(["error", "warning", "info", "hint"][severity], code, path.join("."), message);
}
process.exit(document && !diagnostics.some((d) => d.severity <= 1) ? 0 : 1);
