// SPDX-License-Identifier: MIT
// node validate.mjs DOCUMENT...: says of each OpenAPI 3.1 document what two validators find wrong.
import { readFile } from 'node:fs/promises';
import SwaggerParser from '@apidevtools/swagger-parser';
import { Validator } from '@seriousme/openapi-schema-validator';

for (const path of process.argv.slice(2)) {
  const text = await readFile(path, 'utf8');
  const result = await new Validator().validate(JSON.parse(text));
  if (!result.valid) {
    console.error(`${path}: openapi-schema-validator: ${JSON.stringify(result.errors, null, 1)}`);
    process.exitCode = 1;
  }
  try {
    await SwaggerParser.validate(JSON.parse(text));
  } catch (error) {
    console.error(`${path}: swagger-parser: ${error.message}`);
    process.exitCode = 1;
  }
}
