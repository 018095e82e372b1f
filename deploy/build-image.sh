#!/bin/sh
# Fills a folder with what the image holds: the packages aquatint and @aquatint/server as they are built, the default
# model, and their dependencies in the versions of the lock file. Run it at the root of a clone: sh deploy/build-image.sh FOLDER
set -eu
out=$1
export ONNXRUNTIME_NODE_INSTALL=skip

npm ci --no-audit --no-fund
npm run build

mkdir -p "$out/deploy"
cp package.json package-lock.json LICENSE NOTICE "$out"
cp deploy/health.mjs "$out/deploy"
for manifest in packages/*/package.json apps/*/package.json; do
  mkdir -p "$out/$(dirname "$manifest")"
  cp "$manifest" "$out/$manifest"
done
cp -r packages/aquatint/dist packages/aquatint/bin "$out/packages/aquatint"
cp -r apps/server/dist "$out/apps/server"
node -e '
  const { cpSync, existsSync, readFileSync } = require("node:fs");
  const folder = "packages/model-emoji";
  for (const name of JSON.parse(readFileSync(`${folder}/package.json`, "utf8")).files)
    if (existsSync(`${folder}/${name}`)) cpSync(`${folder}/${name}`, `${process.argv[1]}/${folder}/${name}`, { recursive: true });
' "$out"

cd "$out"
npm ci --omit=dev --no-audit --no-fund -w aquatint -w @aquatint/server -w @aquatint/model-emoji
# ONNX Runtime for the browser and for other systems: 380 MB.
rm -r node_modules/onnxruntime-web
node -e '
  const { readdirSync, rmSync } = require("node:fs");
  const root = "node_modules/onnxruntime-node/bin";
  for (const version of readdirSync(root))
    for (const system of readdirSync(`${root}/${version}`))
      for (const processor of readdirSync(`${root}/${version}/${system}`))
        if (system !== process.platform || processor !== process.arch)
          rmSync(`${root}/${version}/${system}/${processor}`, { recursive: true });
'
